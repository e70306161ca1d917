"""Draws the pictures that others show of the site: `python -m tests.pictures`, after the look has changed.

Their sources are `static/src/pictures/social.html` and the site's own `static/img/favicon.svg`.
"""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browsing import FLAGS
from tests.chromium import found

STATIC = Path(__file__).parent.parent / "static"
MARK = (STATIC / "img/favicon.svg").read_text()
SIZES = {"social": (1200, 630), "icon-192": (192, 192), "icon-512": (512, 512), "icon-maskable": (512, 512)}
ICON = "<body style='margin:0'>{}<style>svg {{ display: block; width: 100vw; height: 100vh }}</style>"
# A launcher may cut a maskable icon to a circle: the middle four fifths are safe, the ground reaches the edge.
GROUND = ('rx="7"', 'rx="0"'), ('viewBox="0 0 32 32"', 'viewBox="-3 -3 38 38" style="background:#1b5a45"')


def draw(page: Page, name: str) -> bytes:
    width, height = SIZES[name]
    page.set_viewport_size({"width": width, "height": height})
    if name == "social":
        page.goto((STATIC / "src/pictures/social.html").as_uri())
        page.evaluate("document.fonts.ready")
        return page.screenshot()
    mark = MARK
    if name == "icon-maskable":
        for old, new in GROUND:
            mark = mark.replace(old, new)
    page.set_content(ICON.format(mark))
    return page.screenshot(omit_background=True)


def main() -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found(), args=[*FLAGS, "--force-color-profile=srgb"]
        )
        page = chromium.new_page()
        for name in SIZES:
            (STATIC / f"img/{name}.png").write_bytes(draw(page, name))
        chromium.close()


if __name__ == "__main__":
    main()
