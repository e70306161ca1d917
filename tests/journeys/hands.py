"""How a person works a page: with a mouse, or with the keys alone and always in sight of where they are."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

FARTHEST = 150  # stops; nobody tabs on for longer
PATIENCE = 15_000  # ms that a page may take to come, as everywhere in these browsers

# What is wrong with the stop that the focus is at; `here` says whether it is the one that was looked for.
STOP = """target => {
  const at = document.activeElement;
  const isHere = at === target || (at.type === "radio" && at.name === target.name && at.form === target.form);
  const ahead = target.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING;
  const wrong = [], what = at.outerHTML.slice(0, 160), style = getComputedStyle(at);
  if (at === document.body) wrong.push("the focus is nowhere");
  else if (at.tabIndex >= 0) {  // not where the page itself has put it for reading on
    const rings = [style, getComputedStyle(at, "::after")];  // a link over a whole card has its ring there
    if (!rings.some(one => one.outlineStyle === "solid" && parseFloat(one.outlineWidth) >= 2))
      wrong.push(`no ring around ${what}`);
    const box = at.getClientRects()[0];
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const isShown = left < right && top < bottom;
    const on = isShown && document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (!on || !(at.contains(on) || on.contains(at)))
      wrong.push(`out of sight: ${what}, under ${on && on.outerHTML.slice(0, 80)}`);
  }
  return {isHere, ahead: Boolean(ahead), wrong};
}"""
# A page that has just come has no focus yet; afterwards it must never be lost.
ARRIVED = """() => {
  const isNew = !window.walked;
  window.walked = true;
  const isLed = Boolean(document.querySelector(":target:not(main)"));
  return {isNew, isLed, isNowhere: document.activeElement === document.body};
}"""


class Mouse:
    """Points at things."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def is_at(self, target: Locator) -> None:
        """Whoever points is nowhere."""

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator, option: str) -> None:
        target.select_option(label=option)

    def tick(self, target: Locator) -> None:
        target.check()

    def attach(self, target: Locator, file: Any) -> None:
        target.set_input_files([file])


class Keyboard(Mouse):
    """Tab, Enter, Space and the arrows; every stop on the way has a ring and is in sight."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        page.on(
            "filechooser", lambda _: None
        )  # else the browser may still open its own when a key asks for one

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        if target.get_attribute("type") == "date":
            year, month, day = text.split("-")
            text = f"{month}{day}{year}"  # as an American browser asks for it
        else:
            self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, target: Locator, option: str) -> None:
        self.reach(target)
        self.page.keyboard.type(option)
        expect(target.locator("option:checked")).to_have_text(option)

    def tick(self, target: Locator) -> None:
        self.reach(target)
        if target.get_attribute("type") == "checkbox":
            self.page.keyboard.press("Space")
        for _ in range(FARTHEST):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {target}")

    def attach(self, target: Locator, file: Any) -> None:
        self.reach(target)
        with self.page.expect_file_chooser(timeout=PATIENCE) as asking:
            self.page.keyboard.press("Space")
        asking.value.set_files([file])

    def is_at(self, target: Locator) -> None:
        expect(target).to_be_focused()

    def reach(self, target: Locator) -> None:
        """By Tab from where the focus is, or back; into a page that is new by its skip link."""
        expect(target).to_be_visible(timeout=PATIENCE)
        found = self.page.evaluate(ARRIVED)
        if found["isNew"] and found["isNowhere"] and found["isLed"]:
            self.page.keyboard.press("Tab")  # goes on from where the address has led
        elif found["isNew"] and found["isNowhere"]:
            self.skip_to_the_content()
        else:
            assert not found["isNowhere"], f"{self.page.url}: the focus was lost"
        for _ in range(FARTHEST):
            stop = target.evaluate(STOP)
            assert not stop["wrong"], f"{self.page.url}: {stop['wrong']}"
            if stop["isHere"]:
                return
            self.page.keyboard.press("Tab" if stop["ahead"] else "Shift+Tab")
        raise AssertionError(f"{self.page.url}: no key leads to {target}")

    def skip_to_the_content(self) -> None:
        self.page.keyboard.press("Tab")
        if self.page.title().endswith("test payments"):
            return  # the payment service's own page has nothing to skip
        expect(self.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()
