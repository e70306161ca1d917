"""The three people of a journey, each at a browser of their own, doing what people do: read, type, press.

`with person.clicking(2):` holds the page to the number that PRODUCT.md promises; a click is one on our own
pages, wherever typing and choosing from a list is no click.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, expect

from tests.journeys import hearing
from tests.journeys.hands import Mouse

SECRET = "a few words in a row"
CARD = {"Card number": "4242 4242 4242 4242", "Expiry date": "12/40", "Security code": "123"}
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
REPORT = {"name": "reasons.csv", "mimeType": "text/csv", "buffer": b"reason,people\nno free time,4\n"}
PATIENCE = 60  # seconds that a worker may take on a busy machine


class Person:
    def __init__(
        self, context: BrowserContext, name: str, email: str = "", *, hands: type[Mouse] = Mouse
    ) -> None:
        self.context, self.name, self.email = context, name, email
        self.page, self.clicks = context.new_page(), 0
        self.hands = hands(self.page)
        self.titles: dict[str, str] = {}

    def go(self, path: str) -> None:
        self.page.goto(path)

    def click(self, role: Any, words: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        self.hands.press((within or self.page).get_by_role(role, name=words))
        self.clicks += 1

    def press(self, words: str | re.Pattern[str]) -> None:
        self.click("button", words)

    def follow(self, words: str | re.Pattern[str]) -> None:
        self.click("link", words)

    def type(self, words: dict[str, str]) -> None:
        for label, text in words.items():
            self.hands.write(self.page.get_by_label(label), text)

    def choose(self, label: str, option: str) -> None:
        self.hands.choose(self.page.get_by_label(label), option)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def misses(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(text)

    def heads(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def comes_to(self, path: str) -> None:
        """A redirect keeps the `#main` of whoever skipped to the content."""
        self.page.wait_for_url(re.compile(rf"{path}(#main)?$"))

    def hears(self, outline: str) -> None:
        """What is read in `<main>` has this among it, in this order; and no other page has the same title."""
        expect(self.page.get_by_role("main")).to_match_aria_snapshot(outline)
        path = urlsplit(self.page.url).path
        assert self.titles.setdefault(self.page.title(), path) == path

    def is_told(self, text: str) -> None:
        """What came of an act: at the top of the page, and first for whoever does not see it."""
        self.sees(text)
        self.hands.is_at(self.page.locator("#toasts", has_text=text))

    def sees_in_time(self, text: str) -> None:
        """What a worker brings about meanwhile shows when the page is loaded anew."""
        end = time.monotonic() + PATIENCE
        while text not in self.page.locator("main").inner_text() and time.monotonic() < end:
            self.page.wait_for_timeout(200)
            self.page.reload()
        self.sees(text)

    @contextmanager
    def clicking(self, promised: int) -> Iterator[None]:
        """What happens inside takes no more clicks than were promised."""
        before = self.clicks
        yield
        assert self.clicks - before <= promised, f"{self.clicks - before} clicks instead of {promised}"

    # Coming in

    def log_in(self) -> None:
        self.go("/accounts/login/")
        self.type({"E-mail address": self.email, "Password": SECRET})
        self.press(re.compile("^Log in$"))  # and not the button for a passkey
        self.comes_to("/dashboard/")

    def is_logged_in(self, user: Any, address: str) -> None:
        """Begin the journey behind the log-in, which has tests of its own."""
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])

    def sign_up(self, side: str, *, time_zone: str) -> None:
        self.go("/")
        self.hands.press(self.page.get_by_role("banner").get_by_role("link", name="Sign up"))
        self.type({"E-mail address": self.email, "Password": SECRET})
        self.hears(hearing.SIGN_UP)
        self.press("Sign up, send me a code")
        code = CODE.search(self.letter("Your code"))
        assert code
        self.type({"Code from the letter": code[0]})
        self.press("Go on")
        self.hands.tick(self.page.get_by_label(side))
        self.type({"Name": self.name})
        self.choose("Time zone", time_zone)
        self.press("Go on")

    def letter(self, subject: str) -> str:
        """The newest letter of that subject, read at /mail/ in another tab, once a worker has sent it."""
        tab = Person(self.context, self.name)
        tab.go("/mail/")
        mine = tab.page.get_by_role("listitem").filter(has_text=self.email).get_by_role("link", name=subject)
        end = time.monotonic() + PATIENCE
        while not mine.count() and time.monotonic() < end:
            tab.page.wait_for_timeout(200)
            tab.page.reload()
        mine.first.click()
        text = tab.page.locator(".sheet").inner_text()
        tab.page.close()
        return text

    # On both sides of the work

    def writes_to(self, other: str, text: str) -> None:
        self.type({f"Your message to {other}": text})
        self.press(f"Send to {other}")
        self.sees("You wrote last", text)

    def sees_every_cent(self, *, settled: bool) -> None:
        """The receipt: three columns that add up, and nothing left on the way where all is settled."""
        self.follow("Receipt, every cent")
        table = self.page.get_by_role("table", name="What this engagement costs and pays")
        self.hears(hearing.RECEIPT)
        rows = [row.get_by_role("cell").all_inner_texts() for row in table.get_by_role("row").all()[1:]]
        cents = [[int(re.sub(r"\D", "", cell)) for cell in row] for row in rows]
        assert cents == [[22_000, 20_000, 2_000], [22_000, 20_000, 2_000], [44_000, 40_000, 4_000]]
        now = self.page.get_by_role("row", name="Now").get_by_role("cell").all_inner_texts()
        came_in, held, student, fee, back = (int(re.sub(r"\D", "", cell)) for cell in now)
        assert came_in == held + student + fee + back == 44_000
        if settled:
            assert (held, student, fee, back) == (0, 40_000, 4_000, 0)


class Employer(Person):
    def found_company(self, name: str) -> None:
        self.type({"Company name": name, "What the company does": "Clinics without queues."})
        self.choose("Industry", "Health and care")
        self.choose("Country of the company", "Canada")
        self.press("Finish")
        self.comes_to("/dashboard/")

    def post(self, template: str) -> None:
        self.go("/projects/new/")
        with self.clicking(3):
            self.press(re.compile(f"Use this template.*{template}"))
            self.press("See the summary")
            self.press("Send for checking")
        self.is_told("Sent. A moderator looks at it, and you get a letter.")

    def offer_to(self, name: str) -> None:
        """From the dashboard by way of the comparison to the card page, which is the payment service's own."""
        self.go("/dashboard/")
        with self.clicking(1):
            self.follow("1 waiting for your answer")
            self.sees(name)
        with self.clicking(2):
            self.follow(re.compile(f"Offer.*{name}"))
            self.hears(hearing.OFFER)
            self.press("Offer, reserve $440.00 on your card")
        self.comes_to("/c/pay/.+")

    def pay(self, *, back: str = "/engagements/[^/]+/") -> None:
        self.heads("Reserve $440.00")
        self.type(CARD | {"Name on the card": self.name})
        self.press("Reserve $440.00")
        self.comes_to(back)

    def approve(self, amount: str, *, part: str) -> None:
        with self.clicking(1):
            section = self.page.get_by_role("region", name=part)
            self.click("button", f"Approve, release {amount}", within=section)
        self.is_told(f"Approved. {amount} goes to")


class Moderator(Person):
    def pass_project(self, title: str) -> None:
        """Read in the queue of the administration, then opened with one click."""
        self.go("/admin/projects/project/")
        self.follow(title)
        with self.clicking(1):
            self.press("Pass and open it")
        expect(self.page.get_by_role("list").filter(has_text="Passed: open for")).to_be_visible()


class Student(Person):
    def tell_of_themselves(self) -> None:
        self.type({"Date of birth": "2004-01-31", "School or university": "Oslo Metropolitan"})
        self.choose("Country you live in", "Norway")
        self.press("Go on")
        self.hands.press(self.page.locator("summary", has_text="What you can do"))
        skills = self.page.get_by_role("group", name="What you can do")
        self.hands.tick(skills.get_by_label("Interviewing"))
        self.type({"Time you have": "10"})
        self.press("Finish")
        self.comes_to("/dashboard/")

    def find(self, words: str, title: str, *, scripts: bool = True) -> None:
        """The list follows the typing; without scripts it takes the button."""
        self.go("/projects/")
        with self.clicking(0 if scripts else 1):
            self.type({"Search": words})
            if not scripts:
                self.press("Show projects")
            self.sees("1 open project that fits")
            self.hears(hearing.FOUND)
        self.follow(title)
        self.heads(title)

    def applies_with_nothing(self) -> None:
        """The summary has the focus, leads to the box, and the box tells its own fault."""
        project = self.page.url
        self.follow("Apply for this project")
        self.press("Send the application")
        self.hears(hearing.NOTHING_FILLED_IN)
        assert self.page.title().startswith("Error: Apply")
        self.hands.is_at(self.page.get_by_role("alert"))
        self.follow("Why this project?")
        box = self.page.get_by_role("textbox", name="Why this project?")
        self.hands.is_at(box)
        expect(box).to_have_accessible_description(
            re.compile("Say in a few sentences why you want this project")
        )
        self.go(project)

    def apply(self, *questions: str, first: bool = False) -> None:
        """The first application asks once how they may work."""
        with self.clicking(2):
            self.follow("Apply for this project")
            for question in ("Why this project?", *questions):
                self.type({question: "I held interviews for a course, and want to do it for real."})
            if first:
                self.hands.tick(self.page.get_by_label("As an independent contractor"))
            self.press("Send the application")
        self.is_told("has your application")

    def accept(self, country: str) -> None:
        with self.clicking(1):
            self.choose("In which country is your bank account?", country)
            self.press("Accept, start when $400.00 is held")
        self.is_told("Accepted")
        self.sees_in_time("Deliver this part")
        self.hears(hearing.WORKROOM)

    def set_up_being_paid(self) -> None:
        """On the payment service's own pages, and back."""
        workroom = self.page.url
        self.follow("Set up being paid")
        self.press("Set up being paid")
        if self.email:  # who signed up has a password to show
            self.heads("Is it still you?")
            self.type({"Password": SECRET})
            self.press("Go on")
            self.press("Set up being paid")
        self.heads("Set up payments to you")
        self.press("Finish set-up")
        self.comes_to("/money/payee/")
        self.sees("Ready to be paid")
        self.page.goto(workroom)

    def deliver(self, part: str) -> None:
        with self.clicking(2):
            self.click("link", "Deliver this part", within=self.page.get_by_role("region", name=part))
            self.type({"What you deliver": "The **report**, with all its tables."})
            self.hands.attach(self.page.get_by_label("Files"), REPORT)
            for answer in self.page.locator("textarea[name^=criterion]").all():
                self.hands.write(answer, "Met, see the first page.")
            self.press("Deliver this version")
        self.is_told("Delivered. The review window has started.")
