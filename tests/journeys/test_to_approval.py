"""The whole site as `make run` starts it, the main job done there by three people, and gone without a trace."""

import json
import signal
import urllib.request

import psycopg

from marketplace.site.local.run import SANDBOX_FLOAT_CENTS
from payments.ledger import Code
from tests.browsing import Watch, contexts_of
from tests.deep import DEEP
from tests.journeys.hands import Keyboard
from tests.journeys.people import REPORT, SECRET, Employer, Moderator, Student
from tests.local_run import Run, ordinary_user, running
from tests.site.test_servers import wait_until_gone

TITLE = "Five interviews with patients about booking an appointment"
PLAN, FINDINGS = "1. Interview guide and plan", "2. Findings from five interviews"
QUESTIONS = ("Describe a conversation", "When in the next two weeks")
AT_ONCE = {"UNDO_MINUTES": "0", "FIRST_CHARGES": "0"}  # so that an approval is sent without waiting


def test_from_sign_up_to_every_cent_paid(browser):
    """As an ordinary user where root may become one."""
    with running(ordinary_user(), **AT_ONCE, DJANGO_SUPERUSER_PASSWORD=SECRET) as run:
        run.until("Stop with")
        assert_it_is_found(run)
        watch = Watch(run.address, run.found["LOCAL_SANDBOX"])
        with contexts_of(browser, run.address, watch) as open_context:
            sam, maya = walk(run, open_context)
            for person in (sam, maya):
                person.sees_in_time("Completed")
                person.sees_in_time("$200.00 was sent")
                person.sees_every_cent(settled=True)
        assert watch.complaints == []
        assert_the_books_agree(run)
        assert_it_goes_without_a_trace(run)
        if DEEP:  # `make test` starts it once
            run.begin()
            run.until("Stop with")
            assert_a_killed_supervisor_leaves_no_orphan(run)


def assert_it_is_found(run):
    """By browsers, and by other commands of this checkout; a second start names what is in its way."""
    assert run.get("/healthz") == b"alive\n"
    assert json.loads(run.get("/readyz"))["ready"]
    assert b"No letters yet" in run.get("/mail/")
    assert run.other("migrate", "--check")[0] == 0
    assert "foothold\n" in run.other("dbshell", "--", "--tuples-only", "-c", "SELECT current_user")[1]
    assert "It is running already" in run.other("local")[1]


def assert_it_goes_without_a_trace(run):
    pids = run.descendants()
    assert len(pids) > 8
    assert run.end(signal.SIGINT) == 0
    assert wait_until_gone(*pids, seconds=5)
    assert "Stopped. Your data are kept.\n" in run.lines
    assert [line for line in run.lines if "Traceback" in line or "[error" in line] == []
    assert (run.folder / "keys.json").stat().st_mode & 0o777 == 0o600
    assert not (run.folder / "local.json").exists()


def assert_a_killed_supervisor_leaves_no_orphan(run):
    pids = run.descendants()
    run.end(signal.SIGKILL)
    assert wait_until_gone(*pids, seconds=30)


def walk(run, open_context):
    sam = Employer(open_context(), "Sam Ode", "sam@example.org", hands=Keyboard)
    sam.sign_up("I want to get work done", time_zone="Toronto")
    sam.found_company("Maple Health")
    sam.post(TITLE)

    noor = Moderator(open_context(), "Noor Haddad", "noor@example.org")
    assert run.other("createsuperuser", "--noinput", "--email", noor.email)[0] == 0
    noor.log_in()
    noor.pass_project(TITLE)

    maya = Student(open_context(), "Maya Lindqvist", "maya@example.org", hands=Keyboard)
    maya.sign_up("I study and look for paid projects", time_zone="Oslo")
    maya.tell_of_themselves()
    maya.find("interviews patients", TITLE)
    maya.applies_with_nothing()
    maya.apply(*QUESTIONS, first=True)

    sam.offer_to("Applicant 1")
    sam.pay()
    sam.sees("Waiting for Maya Lindqvist")

    maya.go(link_in(maya.letter("Maple Health offers you"), run.address))
    maya.accept("Norway")
    maya.set_up_being_paid()
    maya.writes_to("Maple Health", "May I begin on Monday?")
    for part in (PLAN, FINDINGS):
        maya.deliver(part)
        sam.page.reload()
        sam.sees(REPORT["name"])
        sam.approve("$200.00", part=part)
    return sam, maya


def link_in(letter, address):
    """Where the one button of a letter leads."""
    return next(word for word in letter.split() if word.startswith(f"{address}/engagements/"))


def assert_the_books_agree(run):
    """Cent by cent: our ledger, the stand-in's own books, and the student's whole fee in their account."""
    with urllib.request.urlopen(f"{run.found['LOCAL_SANDBOX']}/_sandbox/books", timeout=20) as answer:
        books = json.load(answer)["result"]
    platform = books.pop("platform")["usd"] - SANDBOX_FLOAT_CENTS
    ours = balances(run)
    own = -ours.get(Code.BANK, 0)  # the float, once the site has read Stripe's own bookings
    assert (ours[Code.STRIPE_BALANCE] - own, own) in [(platform, 0), (platform, SANDBOX_FLOAT_CENTS)]
    assert ours[Code.PLATFORM_FEE] == 4_000
    assert (ours[Code.HELD], ours[Code.STUDENT_PAYABLE]) == (0, 0)
    assert [account.get("usd") for account in books.values()] == [40_000]


def balances(run: Run) -> dict[int, int]:
    with psycopg.connect(run.found["DATABASE_URL"]) as database:
        rows = database.execute(
            "SELECT code, sum(amount_cents * normal) FROM ledger_entry JOIN ledger_account a ON a.id = account_id"
            " GROUP BY code"
        )
        return {code: int(cents) for code, cents in rows}
