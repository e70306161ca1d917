"""The one family of errors that means: the marketplace's rules forbid this."""


class RuleViolation(Exception):
    """The rules forbid this. The message is written for the person who tried.

    Subclasses live in the module that raises them. `code` is what the API answers.
    """

    code = "rule_violation"


class StalePage(RuleViolation):
    """What the person saw has changed since; nothing was done."""

    code = "stale_page"

    def __init__(self) -> None:
        super().__init__(
            "This has changed since you opened the page. Nothing was done; look again and decide."
        )
