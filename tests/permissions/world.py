"""One marketplace with everything in it: its people, and each thing in the states that matter for its pages.

It is made once, by the rules. `World.ask` sends one request as one of the people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.test import Client, override_settings
from django.utils import timezone

from accounts import empowering, inviting, keying, proving, resetting
from accounts.models import Company, Membership, School, StudentProfile, User
from marketplace.kernel import preferences
from marketplace.kernel.models import Case, Notice, SecondSignature, Topic
from marketplace.site.privacy import exporting
from payments import asking_to_pay, cancelling, offering, reconciling, releasing, sanctioning, supplying
from payments.models import Alarm, Award, BankPayout, Chargeback, FraudFinding, LeavingPay
from projects import applying, attaching, blocking, closing, editing, messaging, posting
from projects.drafts import Part, draft_of
from projects.models import Project
from tests import cast, stages
from tests.payments import adding

LETTER = "letter-1@testserver"


class Browser(Client):
    """Django's, without the copies of every template's context, which take most of its time."""

    def request(self, **environ: Any) -> Any:
        return self.handler(self._base_environ(**environ))


@dataclass
class World:
    """`things` says, by name, what stands in the address of a thing and which version of it was seen last."""

    things: dict[str, dict[str, Any]]
    sessions: dict[str, str]
    browser: Client

    def ask(self, who: str, method: str, address: str, *, browser: Client | None = None, **sent: Any) -> Any:
        """What `who` is answered; where we fail it is a 500, as in production."""
        asks = browser or self.browser
        cookies = {settings.SESSION_COOKIE_NAME: self.sessions[who]} if who in self.sessions else {}
        asks.cookies = SimpleCookie(cookies)
        as_it_is = partial(asks.generic, method)
        send = (
            as_it_is if isinstance(sent.get("data"), str | bytes) else getattr(asks, method.lower(), as_it_is)
        )
        answer = send(address, **sent)
        if answer.streaming:
            answer.getvalue()  # a file is closed at its end
        return answer

    def forget(self) -> None:
        """Limits count anew, a session is what the database says, and one letter waits to be read."""
        cache.clear()
        EmailMessage("News", "Text.", to=["a@b.test"], headers={"Message-ID": f"<{LETTER}>"}).send()


def make(sandbox: Any) -> World:
    """All of it, in a database where commits are allowed."""
    people = {
        "student": cast.a_student(),
        "another": cast.another_student(),
        "employer": cast.an_employer(),
        "rival": cast.another_employer(),
        "moderator": cast.a_moderator(),
        "newcomer": cast.a_person("Lena New"),
        "root": User.objects.create_superuser("root@example.org", name="Root"),
    }
    Company.objects.update(proven_at=timezone.now())
    things = (
        projects_of(people)
        | work_of(people, sandbox)
        | asked_of(people)
        | pages_of(people)
        | staff_of(people)
        | copy_of(people["student"])
        | right_of(people["moderator"])
        | lost_by(people)
    )
    sandbox.deliver()
    Group.objects.create(name="Helpers")
    School.objects.create(name="Lund University").domains.create(domain="lu.test")
    alarm = Alarm.objects.create(kind="hold_is_old", subject="hold", raised_at=timezone.now())
    things["alarm"] = {"pk": alarm.pk}
    moment = {"created_at": timezone.now(), "next_try_at": timezone.now()}
    BankPayout.objects.create(
        run=reconciling.run_checks(at=timezone.now()), amount_cents=100, currency="usd", **moment
    )
    sessions = {name: session_of(person) for name, person in people.items()}
    return World(things | in_the_admin(), sessions, Browser(raise_request_exception=False))


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def projects_of(people: dict[str, User]) -> dict[str, Any]:
    """A project in each of its states, and one student's bid."""
    employer, moderator, at = people["employer"], people["moderator"], timezone.now()

    def opened(*, days_ago: int = 0) -> Project:
        return cast.an_open_project(employer, at=at - timedelta(days=days_ago), moderator=moderator)

    rows = {
        "draft": cast.a_draft(employer),
        "in_moderation": cast.a_project_in_moderation(employer),
        "refused": cast.a_refused_project(employer),
        "open": opened(),
        "paused": posting.pause(opened(), by=employer, at=at),
        "closed": opened(days_ago=6),
        "unfilled": opened(days_ago=30),
        "given_up": posting.discard(cast.a_draft(employer), by=employer, at=at),
        "removed": opened(),
    }
    closing.close_applications(rows["closed"], at=at)
    closing.close_unanswered(rows["unfilled"], at=at)
    reasons = {"codes": ["not_honest"], "note": "Nobody works at this address."}
    cancelling.remove_project(rows["removed"], by=moderator, at=at, **reasons)
    bid = cast.an_application(people["student"], opened())
    rows |= {"bid": bid, "project_of_bid": bid.project}
    attaching.attach(rows["draft"], [SimpleUploadedFile("logo.txt", b"Maple.\n")], by=employer, at=at)
    rows |= {
        "asked": cast.a_question(people["student"], rows["open"]),
        "answered": cast.an_answered_question(people["student"], rows["open"], text="In English?"),
    }
    with override_settings(APPLICATIONS_PER_SEAT=1):
        crowded = cast.an_application(project=opened()).project
        waiting = applying.wait(
            crowded, by=people["student"], at=at, motivation="Mine.", answers=["A.", "B."]
        )
    changing, raised = opened(), {"fee_cents": 44_000, "parts": [Part("All", ["A.", "B.", "C."], 0, 9)]}
    edit = editing.edit_project(changing, by=employer, at=at, **draft_of(changing) | raised)
    return {name: named(row) for name, row in rows.items()} | {
        "changing": named(edit) | {"public_id": changing.public_id},
        "case": {"public_id": Case.objects.of("project", rows["in_moderation"]).get().public_id},
        "sanctioned": {"kind": "company", "public_id": cast.company_of(people["rival"]).public_id},
        "decided": {"public_id": warned(people["student"], by=people["moderator"], at=at).public_id},
        "second": {"token": asked_to_sign(cast.company_of(people["rival"]), by=people["moderator"], at=at)},
        "reported": {"kind": "project", "key": rows["open"].public_id},
        "block": {
            "pk": blocking.block_company(cast.company_of(people["rival"]), by=people["student"], at=at).pk
        },
        "waiting": {"public_id": waiting.public_id},
        "public_file": {"public_id": rows["draft"].material_files.get().public_id},
        "company": {"slug": cast.company_of(employer).slug},
        "project": {
            "content_type_id": ContentType.objects.get_for_model(Project).pk,
            "object_id": bid.project.pk,
        },
        **{endpoint: {"endpoint": endpoint} for endpoint in ("platform", "connect", "v2")},
        "list": {"kind": "skills"},
        "template": {"key": "patient-interviews"},
        "key": {"pk": 1},
        "app": {"app_label": "projects"},
        "nothing": {"url": "nothing/"},
    }


def warned(person: User, *, by: User, at: Any) -> Any:
    given = {"level": "warning", "codes": ["other"], "note": "Please read the rules."}
    return sanctioning.impose(person, by=by, at=at, **given)


def asked_to_sign(company: Company, *, by: User, at: Any) -> str:
    """The token of somebody who is asked to sign what the only admin wants; there is no other for a moment."""
    given = {"level": "limit", "codes": ["other"], "note": "It happened again.", "by": by, "at": at}
    others = User.objects.filter(is_staff=True, is_active=True).exclude(pk=by.pk)
    with override_settings(SECOND_PERSON_EMAIL="kim@trust.example", TWO_ADMINS_CENTS=-1), rolled_off(others):
        sanctioning.impose(company, **given)
    return SecondSignature.objects.get().token


@contextmanager
def rolled_off(people: Any) -> Iterator[None]:
    """They are not active meanwhile."""
    keys = list(people.values_list("pk", flat=True))
    User.objects.filter(pk__in=keys).update(is_active=False)
    yield
    User.objects.filter(pk__in=keys).update(is_active=True)


def ruled(work: Any, release: Any, *, by: User, at: Any) -> None:
    """A row of each table about money that was decided, or that a bank took back."""
    hold = work.holds.get()
    about = {"status": "won", "reason": "fraudulent", "amount_cents": 1, "opened_at": at, "heard_at": at}
    Chargeback.objects.create(id="du_1", hold=hold, charge=hold.charge, **about)
    sums = {"student_cents": 1, "share_cents": 1, "platform_fee_cents": 0, "decided_at": at}
    LeavingPay.objects.create(hold=hold, operation=release.operation, **sums)
    decided = {"by": by, "at": at, "note": "As the record shows.", "status": "refused"}
    Award.objects.create(share=release.share, student_cents=1, refund_cents=0, cents=1, **decided)
    FraudFinding.objects.create(release=release, codes=["stolen"], cents=1, **decided)


def work_of(people: dict[str, User], sandbox: Any) -> dict[str, Any]:
    """Engagements of the student with the company, each as far as its pages need it."""
    employer, at = people["employer"], timezone.now()

    def bid(**changes: Any) -> Any:
        project = cast.an_open_project(employer, moderator=people["moderator"], **changes)
        return cast.an_application(people["student"], project)

    unpaid, offer = offering.make_offer(bid(), by=employer, at=at), stages.offered(sandbox, bid())
    unstarted, work = stages.under_way(sandbox, bid()), stages.under_way(sandbox, bid())
    promised = stages.under_way(sandbox, bid(promised_materials=["A guide", "A list"]))
    guide, list_ = promised.promised_materials.order_by("number")
    given = {"files": [SimpleUploadedFile("list.txt", b"Five patients.\n")]}
    supplying.give_material(list_, by=employer, at=timezone.now(), **given)
    stages.deliver(work, number=1, files=[SimpleUploadedFile("findings.txt", b"What five patients said.\n")])
    stages.deliver(work, number=2)
    cheque = {"text": "I pay by cheque.", "flagged": True}  # for which moderators may open it
    said = messaging.send(work, by=employer, at=timezone.now(), **cheque)
    submitted, approved = work.deliverables.order_by("number")
    release = releasing.approve_work(approved, by=employer, at=timezone.now())
    ruled(work, release, by=people["moderator"], at=at)
    proposed = adding.propose(unstarted)
    agreed = adding.agreed(stages.under_way(sandbox, bid()))
    asked = adding.agreed(stages.under_way(sandbox, bid()))
    asking_to_pay.ask_to_pay_for_work(asked, by=employer, at=timezone.now(), email="books@example.org")
    closing.close_unanswered(work.project, at=at + timedelta(days=30))
    rows = {"unpaid": unpaid, "offer": offer, "unstarted": unstarted, "work": work, "filled": work.project}
    parts = {"to_do": unstarted.deliverables.get(number=1), "submitted": submitted, "approved": approved}
    return {
        **{name: named(row) for name, row in rows.items()},
        **{name: part(row) for name, row in parts.items()},
        "said": {"kind": "message", "key": said.public_id},
        "file": {"public_id": submitted.submissions.get().files.get().public_id},
        "promised": {"public_id": promised.public_id, "number": guide.number},
        "proposed": {"public_id": unstarted.public_id, "number": 1, "version": proposed.version},
        "agreed": {"public_id": agreed.engagement.public_id, "number": 1},
        "colleague_asked": {"public_id": asked.engagement.public_id, "number": 1},
        "given": {"public_id": list_.files.get().public_id},
        "receipt": {"public_id": work.holds.get().public_id},
        "release": {"public_id": release.public_id},
        "taken_back": {"pk": "du_1"},
        "owed": {"pk": work.holds.get().pk},
        "charge": {"public_id": work.public_id, "number": 1},
        "charge_file": {"public_id": work.public_id, "number": 1, "form": "pdf"},
        "stuck": {"pk": work.holds.get().operations.order_by("pk")[0].pk, "act": "look"},
        "code": {"code": 2000},
        "first_row": {"pk": 1},
        "held": {"pk": work.holds.get().pk},
        "year": {"year": 2026},
        "year_file": {"year": 2026, "form": "csv"},
        "spent": {"slug": work.company.slug, "year": 2026},
        "spent_file": {"slug": work.company.slug, "year": 2026, "form": "csv"},
        "letter": {"letter_id": LETTER},
        "api_key": {"public_id": a_key_of(people["student"])},
        "notice": {"pk": Notice.objects.visible_to(people["student"]).newest_first()[0].pk},
        "stop": {"token": preferences.stop_token(people["student"], Topic.WORK)},
    }


def a_key_of(person: User) -> str:
    key, _ = keying.make_key(person, at=timezone.now(), name="Sheet", scopes=["read"], days=30)
    return key.public_id


def asked_of(people: dict[str, User]) -> dict[str, Any]:
    """An offer that a colleague is asked to pay."""
    project = cast.an_open_project(people["employer"], moderator=people["moderator"])
    application = cast.an_application(people["student"], project)
    asked = {"by": people["employer"], "at": timezone.now(), "email": "books@example.org"}
    request = asking_to_pay.ask_to_pay(application, **asked)
    return {"payer": named(request.engagement) | {"token": request.token}}


def pages_of(people: dict[str, User]) -> dict[str, Any]:
    """The page of a student for each choice of who may open it; `student` leaves it to companies."""
    rows = {"companies": people["student"]} | {to: cast.a_student(f"To {to}") for to in ("nobody", "all")}
    for to, student in rows.items():
        StudentProfile.objects.filter(user=student).update(shown_to=to)
    return {f"page_to_{to}": {"public_id": student.public_id} for to, student in rows.items()}


def staff_of(people: dict[str, User]) -> dict[str, Any]:
    """A manager beside the owner, and an invitation of another student."""
    company, at = cast.company_of(people["employer"]), timezone.now()
    colleague = Membership.join(company, cast.a_person("Kim Ray"), role="manager", at=at)
    sent = {"email": people["another"].email, "role": "manager", "at": at}
    invited = inviting.invite(company, by=people["employer"], **sent)
    Company.objects.filter(pk=company.pk).update(website="https://maple.example")
    company.refresh_from_db()
    shown = proving.begin_site(company, by=people["employer"], at=at)
    return {
        "proof": {"slug": company.slug, "public_id": shown.public_id},
        "colleague": {"slug": company.slug, "pk": colleague.pk},
        "invited": {"slug": company.slug, "public_id": invited.public_id, "token": invited.token},
    }


def copy_of(person: User) -> dict[str, Any]:
    """A copy of everything about the student, ready to be fetched."""
    export = exporting.ask_for_export(person, at=timezone.now())
    exporting.make_waiting(at=timezone.now())
    return {"copy": {"public_id": export.public_id}}


def right_of(moderator: User) -> dict[str, Any]:
    """A right for some hours that a moderator asked for."""
    right = empowering.ask_for(moderator, at=timezone.now(), kind="read", hours=1, reason="A case.")
    return {"right": {"public_id": right.public_id}}


def lost_by(people: dict[str, User]) -> dict[str, Any]:
    """The second step of somebody who is said to have lost it."""
    loser = cast.a_person("Lou Loser")
    Authenticator.objects.create(user=loser, type=Authenticator.Type.TOTP, data={})
    reset = resetting.ask_for(loser, by=people["root"], at=timezone.now(), reason="A call, and their card.")
    return {
        "lost": {"token": reset.get_absolute_url().rstrip("/").rpartition("/")[2]},
        "looked_after": {"public_id": loser.public_id},
    }


def named(row: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {"public_id": row.public_id, "version": row.version, "pk": row.pk}


def part(row: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {"public_id": row.engagement.public_id, "number": row.number, "version": row.version}


def in_the_admin() -> dict[str, Any]:
    """A row of each table that the administration shows, as `app/model`."""
    return {
        f"{model._meta.app_label}/{model._meta.model_name}": {"object_id": found.pk}
        for model in admin.site._registry
        if (found := model._base_manager.order_by("pk").first())
    }
