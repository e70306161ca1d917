"""Names that stay hidden: who wrote an answer is covered in its text too."""

import re
from collections.abc import Callable

SHORTEST = 3  # a shorter part of a name is too often a word of its own
NAME, SCHOOL = "[name]", "[school]"


def word(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"


def covering(*, name: str, email: str, school: str) -> Callable[[str], str]:
    """A function that writes `[name]` and `[school]` where a text says them.

    The whole name, the address and the school in any case; a single part of the name only as it is written
    by its owner, since many are ordinary words in small letters.
    """
    parts = [part for part in re.split(r"[\s-]+", name) if len(part) >= SHORTEST]
    whole = re.compile("|".join(word(text) for text in (email, name) if text.strip()), re.IGNORECASE)
    single = re.compile("|".join(word(part) for part in parts)) if parts else None
    place = re.compile(word(school), re.IGNORECASE) if school.strip() else None

    def cover(text: str) -> str:
        text = place.sub(SCHOOL, text) if place else text
        text = whole.sub(NAME, text)
        return single.sub(NAME, text) if single else text

    return cover
