"""What people do on a page to bring it into another state; each answers with what came back."""

import re
from itertools import count

from django.core import mail

from marketplace.site.letters import opened
from tests.accounts.conftest import SECRET
from tests.site.every_page.world.words import KEEPER

keys = count(1)

# The form that has something to fill in, sent as it stands, without the browser's own checks.
SEND = """changes => {
  const forms = [...document.querySelectorAll("main form[method=post], #content form[method=post]")];
  const fields = "input:not([type=hidden], [type=submit]), textarea, select";
  const form = forms.find(one => one.querySelector(fields)) || forms[0];
  for (const [name, value] of Object.entries(changes))
    for (const field of form.querySelectorAll(`[name="${name}"]`)) field.value = value;
  const buttons = "button:not([type=button], [name=back]), input[type=submit]";
  form.noValidate = true;
  form.requestSubmit([...form.querySelectorAll(buttons)].filter(one => one.form === form).at(-1));
}"""


def send(page, **changes):
    with page.expect_navigation() as arriving:
        page.evaluate(SEND, changes)
    return arriving.value


def sent(**changes):
    """The page's form with these fields changed and all others as they stand."""

    def act(page):
        return send(page, **changes)

    act.__name__ = f"sent with {changes}" if changes else "sent as it stands"
    return act


def chosen(note, **boxes):
    """These boxes ticked, this note written, and the form sent by its first button."""

    def act(page):
        for name, value in boxes.items():
            page.locator(f"[name={name}][value={value}]").check()
        page.locator("[name=note]").fill(note)
        with page.expect_navigation() as arriving:
            page.locator("#content form button").first.click()
        return arriving.value

    act.__name__ = f"chosen {boxes}"
    return act


def sends_empty(place):
    """The form that `place` finds, as it stands; the browser's own checks are off in ours."""

    def act(page):
        with page.expect_navigation() as arriving:
            page.locator(place).first.evaluate("form => form.requestSubmit()")
        return arriving.value

    act.__name__ = f"{place} sent as it stands"
    return act


sent_empty = sent()
asks_nothing = sends_empty("form[action$='/questions/']")
writes_nothing = sends_empty("form[action$='/messages/']")
answers_nothing = sends_empty("form[action$='/answer/']")
wrong_password = sent(login="nobody@example.org", password="not this one")
meets_the_second_step = sent(login=KEEPER, password=SECRET)
signs_up = sent(email="somebody-new@example.org", password1=SECRET)
asks_for_a_new_password = sent(email=KEEPER)
tells_the_school = sent(born_on="2004-05-17", school="Lund University", country="SE")


def logs_in_without_the_lost_step(page):
    """From another browser than whoever has begun to sign up or to log in meanwhile."""
    page.context.clear_cookies()
    page.reload()
    return sent(login="lost@example.org", password=SECRET)(page)


def writes_of_a_cheque(page):
    """A message in which the tripwires notice something."""
    page.locator("#message-text").fill("I can pay you by cheque as well.")
    return writes_nothing(page)


def proposes_a_cheque(page):
    """More work in whose words the tripwires notice something."""
    words = {"title": "A second round", "brief": "We send a cheque.", "criteria": "One\nTwo\nHomework"}
    return send(page, **words, due_days="7", hours="10", fee="300")


def enters_the_code(page):
    asks_for_a_new_password(page)
    return send(page, code=latest_code())


def latest_code():
    return re.search(r"^ {4}(\S+)$", opened(mail.outbox[-1]).text, re.MULTILINE)[1]


def makes_a_key(page):
    """One more each time."""
    return send(page, name=f"Sheet {next(keys)}")
