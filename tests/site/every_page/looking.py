"""What is asked of every page, in one go while it is open."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browsing import WCAG_22_AA
from tests.deep import in_turn

WIDTHS = (320, 390, 1280)
SCHEMES = ("light", "dark")
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


def look(page, *, ours, name, looks, turn):
    """All that is wrong with the page as it stands now.

    How the page is built, all of axe but what is found by sight, and the narrowest width: on every page. What is
    found by sight is asked of each look once a scheme, and noted in `looks`; `make test` takes one scheme and one
    wider width in turn, and `make deep` all, as where `turn` is None.
    """
    to_width(page, WIDTHS[0])
    wrong = page.evaluate("asked => looking.structure(asked)", {"ours": ours, "rules": STRUCTURE})
    for width in some(WIDTHS[1:], turn and turn // 2):
        to_width(page, width)
        wrong += page.evaluate("looking.tooWide()")
    for scheme in some(SCHEMES, turn):
        page.emulate_media(color_scheme=scheme)
        known = looks.setdefault(scheme, set())
        found = page.evaluate("asked => looking.bySight(asked)", {"known": list(known), "rules": SIGHT})
        known.update(found["looks"])
        wrong += [f"in {scheme} colours {line}" for line in found["wrong"]]
    if SHOTS:
        keep_pictures(page, name)
    return wrong


def some(values, turn):
    return values if turn is None else in_turn(values, turn)


def to_width(page, width):
    page.set_viewport_size({"width": width, "height": 900})


def keep_pictures(page, name):
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS[1:]:
            to_width(page, width)
            path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True, animations="disabled")
