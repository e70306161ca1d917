"""Metadata: what others write on an object of theirs."""

from typing import Any


def merged(kept: dict[str, str], given: Any) -> dict[str, str]:
    """New pairs beside the old; an empty value takes its pair away, an empty string in place of all takes all."""
    if given == "":
        return {}
    return {name: text for name, text in (kept | (given or {})).items() if text != ""}
