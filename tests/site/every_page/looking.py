"""What is asked of every page, in one go while it is open."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browsing import WCAG_22_AA

AXE = Axe().axe_script
WIDTHS = (320, 390, 1280)
SHOTS = os.environ.get("SHOTS")  # a folder, to keep a picture of every page
BY_COLOUR = ["color-contrast", "link-in-text-block"]  # what may differ between light and dark

RUN_AXE = """([only, rules]) => axe.run(document, {runOnly: only, rules, resultTypes: ["violations"], preload: false})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target} ${node.html.slice(0, 160)} ${node.any.map(one => one.message)}`)))"""

# Our own pages only: the administration is Django's.
BUILT_WELL = """() => {
  const wrong = [], all = words => [...document.querySelectorAll(words)], of = one => one.outerHTML.slice(0, 160);
  const ids = all("[id]").map(one => one.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) wrong.push(`two things have the id ${id}`);
  for (const label of all("label[for]"))
    if (!document.getElementById(label.htmlFor)?.matches("input, select, textarea, output, progress"))
      wrong.push(`a label of nothing: ${of(label)}`);
  let before = 0;
  for (const head of all("h1, h2, h3, h4, h5, h6").filter(one => one.checkVisibility())) {
    const level = Number(head.tagName[1]);
    if (level > before + 1) wrong.push(`h${level} follows h${before}: ${of(head)}`);
    before = level;
  }
  for (const one of all("button:not([type])")) wrong.push(`a button without a type: ${of(one)}`);
  for (const one of all("[style], style, script:not([src], [type='application/json'])"))
    wrong.push(`inline: ${of(one)}`);
  for (const one of all("*")) for (const name of one.getAttributeNames())
    if (name.startsWith("on")) wrong.push(`inline: ${of(one)}`);
  for (const one of all("a[href='#'], a:not([href]), img:not([alt])")) wrong.push(`goes nowhere: ${of(one)}`);
  return wrong;
}"""
TOO_WIDE = """() => [...document.querySelectorAll("main *, #container *")]
  .filter(one => one.getBoundingClientRect().right > innerWidth && !one.firstElementChild)
  .map(one => `too wide: ${one.outerHTML.slice(0, 160)}`)"""
SETTLED = "document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish())"
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .button, summary, select, input, textarea, .nav-link, .back")]
  .filter(one => one.checkVisibility() && !one.matches("[type=hidden], [type=checkbox], [type=radio]"))
  .filter(one => one.getBoundingClientRect().height < 44)
  .map(one => `less than 44 px high: ${one.outerHTML.slice(0, 160)}`)"""


def look(page, *, ours, name, closely):
    """All that is wrong with the page as it stands now; its colours and middle width only when seen `closely`."""
    in_the(page, "light")
    wrong = too_wide(page, WIDTHS if closely else WIDTHS[:1])
    if ours:
        wrong += page.evaluate(SMALL_TARGETS) + page.evaluate(BUILT_WELL)
    page.evaluate(AXE)
    rules = {rule: {"enabled": closely} for rule in BY_COLOUR}
    wrong += page.evaluate(RUN_AXE, [{"type": "tag", "values": WCAG_22_AA}, rules])
    if closely:
        in_the(page, "dark")
        dark = page.evaluate(RUN_AXE, [{"type": "rule", "values": BY_COLOUR}, {}])
        wrong += [f"in the dark {line}" for line in dark]
    if SHOTS:
        keep_pictures(page, name)
    return wrong


def too_wide(page, widths):
    wrong = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wrong += [f"needs {needed} px of {width}", *page.evaluate(TOO_WIDE)]
    return wrong


def in_the(page, scheme):
    """Light or dark, with no colour still on its way."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(SETTLED)


def keep_pictures(page, name):
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        in_the(page, scheme)
        for width in WIDTHS[1:]:
            page.set_viewport_size({"width": width, "height": 900})
            path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
