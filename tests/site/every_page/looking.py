"""What is asked of every page, in one go while it is open."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browsing import WCAG_22_AA

WIDTHS = (320, 390, 1280)
SHOTS = os.environ.get("SHOTS")  # a folder, to keep a picture of every page
BY_SIGHT = ["color-contrast", "link-in-text-block", "target-size"]  # costly, and the same wherever a look is

# What axe finds wrong by `rules` in `where`, a line each.
AUDITED = """window.audited = (where, options) => axe
  .run(where, {resultTypes: ["violations"], preload: false, ...options})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target} ${node.html.slice(0, 160)} ${node.any.map(one => one.message)}`)))"""
AXE_IN_THE_PAGE = f"{Axe().axe_script};{AUDITED}"
# Words, and what can be pressed, in a look that no page before had. A look: the path to it by name, class and
# state, its own colours and letters, and whether it is small. Looks are told by numbers.
NEW_LOOKS = """known => {
  const states = ["aria-current", "aria-invalid", "aria-expanded", "aria-pressed", "disabled", "readonly", "open"];
  const named = one => one.closest("#container") ? one.id : "";  // the administration's pages style by ids
  const told = ["class", "role", "type", ...states];
  const said = one => [one.localName, named(one), ...told.map(name => one.getAttribute(name))].join("|");
  const path = one => one.parentElement ? path(one.parentElement) + ">" + said(one) : "";
  const hash = words => [...words].reduce((sum, sign) => (Math.imul(sum, 31) + sign.codePointAt(0)) | 0, 7);
  const seen = new Set(known), looks = [];
  window.fresh = [...document.body.querySelectorAll("*")].filter(one => {
    const speaks = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!speaks && !one.matches("a, button, input, select, textarea, summary")) return false;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const look = hash([path(one), style.color, style.backgroundColor, style.fontSize, style.fontWeight,
      style.textDecorationLine, box.width < 24, box.height < 24].join());
    if (seen.has(look)) return false;
    seen.add(look); looks.push(look);
    return true;
  });
  return looks;
}"""

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


def look(page, *, ours, name, looks):
    """All that is wrong with the page as it stands now.

    What is found by sight is asked of each look once, in light and dark, and noted in `looks`; the wider
    widths only where there is a new one; all else of axe, and how the page is built, on every page.
    """
    in_the(page, "light")
    wrong = too_wide(page, WIDTHS[:1])
    if ours:
        wrong += page.evaluate(SMALL_TARGETS) + page.evaluate(BUILT_WELL)
    rules = {
        "runOnly": {"type": "tag", "values": WCAG_22_AA},
        "rules": {rule: {"enabled": False} for rule in BY_SIGHT},
    }
    wrong += page.evaluate("options => audited(document, options)", rules)
    if new := page.evaluate(NEW_LOOKS, list(looks)):
        looks.update(new)
        wrong += too_wide(page, WIDTHS[1:]) + by_sight(page)
        in_the(page, "dark")
        wrong += [f"in the dark {line}" for line in by_sight(page)]
    if SHOTS:
        keep_pictures(page, name)
    return wrong


def by_sight(page):
    rules = {"runOnly": {"type": "rule", "values": BY_SIGHT}}
    return page.evaluate("options => audited({include: window.fresh}, options)", rules)


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
