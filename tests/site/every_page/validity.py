"""Whether the HTML that the site sends is valid: html-validate, in one process of the node that Playwright brings."""

import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import playwright
from django.conf import settings

IS_INSTALLED = (settings.BASE_DIR / "node_modules/html-validate").is_dir()
IS_WANTED = bool(os.environ.get("CI"))  # a run that decides about a change may not leave it out
MISSING = "no page's HTML was validated: `npm ci` brings html-validate, and it was not run or failed"
NODE = Path(playwright.__file__).parent / "driver/node"
SCRIPT = Path(__file__).with_suffix(".mjs")

# What others' templates make nothing of: Django's administration, and forms that a security key sends.
DJANGO_IGNORES = ["no-implicit-button-type", "wcag/h30", "wcag/h32", "wcag/h63", "wcag/h71"]
SENT_BY_A_KEY = {"mfa_authenticate": ["wcag/h32"], "mfa_add_webauthn": ["wcag/h32"]}


class Validator:
    """Validates one page while the browser looks at the same: `ask`, then `answer`, each once a page."""

    def __init__(self, node):
        self.node = node

    def ask(self, html, *, page):
        without = DJANGO_IGNORES if page.startswith("admin:") else SENT_BY_A_KEY.get(page, [])
        self.node.stdin.write(json.dumps({"html": html, "without": without}) + "\n")
        self.node.stdin.flush()

    def answer(self):
        """What is wrong with it; no answer at all is an error."""
        return json.loads(self.node.stdout.readline())


class Nobody:
    """Stands in where html-validate is missing; a test of its own says that nothing was validated."""

    def ask(self, html, *, page):
        pass

    def answer(self):
        return []


@contextmanager
def validating():
    if not IS_INSTALLED:
        yield Nobody()
        return
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([NODE, SCRIPT], text=True, **pipes) as node:
        yield Validator(node)
        node.stdin.close()
