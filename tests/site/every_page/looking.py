"""What is asked of every page, in one go while it is open."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browsing import WCAG_22_AA

WIDTHS = (320, 390, 1280)
SHOTS = os.environ.get("SHOTS")  # a folder, to keep a picture of every page
BY_SIGHT = ["color-contrast", "link-in-text-block", "target-size"]  # costly, and the same wherever a look is
STRUCTURE = {
    "runOnly": {"type": "tag", "values": WCAG_22_AA},
    "rules": {rule: {"enabled": False} for rule in BY_SIGHT},
}
SIGHT = {"runOnly": {"type": "rule", "values": BY_SIGHT}}
IN_THE_PAGE = (
    f"{Axe().axe_script};{Path(__file__).with_suffix('.js').read_text()}"  # before anything of the page's
)


def look(page, *, ours, name, looks):
    """All that is wrong with the page as it stands now.

    What is found by sight is asked of each look once, in light and dark, and noted in `looks`; the wider
    widths only where there is a new one; all else of axe, and how the page is built, on every page.
    """
    to_width(page, WIDTHS[0])
    asked = {"ours": ours, "known": list(looks), "rules": STRUCTURE}
    found = page.evaluate("asked => looking.structure(asked)", asked)
    wrong = found["wrong"]
    if found["looks"]:
        looks.update(found["looks"])
        for width in WIDTHS[1:]:
            to_width(page, width)
            wrong += page.evaluate("looking.tooWide()")
        wrong += page.evaluate("rules => looking.bySight(rules)", SIGHT)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate("rules => looking.bySight(rules)", SIGHT)
        wrong += [f"in the dark {line}" for line in dark]
        page.emulate_media(color_scheme="light")
    if SHOTS:
        keep_pictures(page, name)
    return wrong


def to_width(page, width):
    page.set_viewport_size({"width": width, "height": 900})


def keep_pictures(page, name):
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS[1:]:
            to_width(page, width)
            path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True, animations="disabled")
