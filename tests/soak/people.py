"""The people of a soak: what they do next follows from what they find, so they can be killed anywhere.

What somebody is like is decided by the row itself: a page that is left stays left, and a part that nobody
delivers is never delivered.
"""

import json
import random
import time
import urllib.error
from contextlib import suppress
from datetime import date, timedelta
from itertools import count

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import onboarding
from accounts.models import Company, User
from marketplace.kernel.errors import RuleViolation
from payments import clearing, finding_fraud, funding, offering, paying_out, refunding, releasing, reviewing
from payments.models import Chargeback, FraudCheck, FraudFinding, Hold, Operation, Payee, Release
from payments.stripe_gateway import StripeFailed
from projects.drafts import Part
from projects.models import Application, Deliverable, Engagement
from tests import cast
from tests.soak.remote import Remote

SEATS = 5
PAGE = 30  # rows that are looked at at once
EXPECTED = (RuleViolation, StripeFailed, DatabaseError, OSError)
GOES_ON = {"hold_share__hold__hold_reason": ""}  # no bank and no doubt stands in the way
REFUSED_CARD, ASKING_CARD, GOOD_CARD = "4000000000009995", "4000002500003155", "4242424242424242"


def live(site, chance, points):
    """Do what there is to do, for ever; make offers while they are wanted."""
    town = Town(site, chance.rng)
    while True:
        if not chance.shared["people"]:
            time.sleep(0.1)
            continue
        chance.arm(points)
        try:
            done = town.act(more=chance.shared["open"] > 0)
        except EXPECTED as why:
            print(type(why).__name__, why)  # noqa: T201 - into the log of the town
            done = True
        chance.shared["acts"] += done
        time.sleep(0 if done else 0.05)


class Town:
    def __init__(self, site, rng):
        self.site, self.rng, self.remote = site, rng, Remote(site.stripe)
        cast.numbers = count(random.SystemRandom().randrange(10**12))  # of nobody else's addresses
        self.acts = [
            self.pay, self.answer, self.accept_again, self.set_up, self.work, self.decide, self.decide, self.cancel,
            self.find_fraud, self.bear, self.complain, self.decide_complaint, self.look,
        ]  # fmt: skip

    def act(self, *, more):
        """One thing that somebody does; False where nothing is left to do."""
        if more and self.rng.random() < 0.15:
            return self.offer()
        acts = self.rng.sample(self.acts, len(self.acts))
        if self.rng.random() < 0.5:
            acts.insert(0, self.pay)  # a page is open for an hour
        return any(act() for act in acts) or (more and self.offer())

    def fate(self, row, of):
        """What will become of this row, the same each time it is asked: a number from 0 to 1."""
        return random.Random(f"{self.site.seed} {of} {row.pk}").random()

    def one(self, rows):
        found = list(rows[:PAGE])
        return self.rng.choice(found) if found else None

    # Offers

    def offer(self):
        """The next applicant is chosen; where none waits, somebody posts, and five people apply."""
        waiting = Application.objects.filter(status="submitted", engagements=None).order_by("pk")
        application = self.one(waiting.select_related("project__company", "project__posted_by"))
        if application is None:
            self.post()
            return True
        offering.make_offer(application, by=application.project.posted_by, at=timezone.now())
        return True

    def post(self):
        at = timezone.now()
        employers = User.objects.filter(memberships__isnull=False, is_staff=False)
        employer = self.one(employers.distinct().order_by("pk")) if employers.count() >= 4 else None
        if employer is None:
            employer = cast.an_employer(company=f"Company {self.rng.randrange(10**9)}", at=at)
            Company.objects.filter(pk__in=employer.company_ids).update(proven_at=at)
        fee = 100 * self.rng.randrange(150, 600)
        parts = [
            Part(f"Part {n}", ["It is done.", "It is whole.", "It is clear."], 0, n)
            for n in range(1, self.rng.randrange(2, 5))
        ]
        words = {"hours": 5, "fee_cents": fee, "seats": SEATS, "starts_within_days": 1, "parts": parts}
        project = cast.an_open_project(employer, at=at, **words | {"questions": ()})
        known = list(User.objects.filter(student_profile__isnull=False).order_by("-pk")[:200])
        old = self.rng.sample(known, min(len(known), SEATS // 2))
        for student in (*old, *(self.student(at) for _ in range(SEATS - len(old)))):
            cast.an_application(student, project, at=at)

    def student(self, at):
        student = cast.a_person("Maya Lindqvist")
        details = {
            "born_on": date(2004, 5, 17),
            "school": "Lund University",
            "country": "SE",
            "hours_a_week": 12,
        }
        nothing = dict.fromkeys(("skills", "learning_goals", "industries", "job_roles"), ())
        onboarding.become_student(student, at=at, **details | nothing)
        onboarding.tell_eligibility(student.student_profile, may_work_as=("contractor",))
        return student

    # Cards

    def pay(self):
        """On the open page of a payment, or on one that is being closed; most pay, some leave it."""
        open_pages = Hold.objects.filter(status="checkout_open", checkout_session__isnull=False)
        wanted = [hold for hold in open_pages.order_by("?")[:PAGE] if self.fate(hold, "page") < 0.9]
        if not wanted:
            return False
        hold = wanted[0]
        card = self.rng.choices((GOOD_CARD, ASKING_CARD, REFUSED_CARD), (8, 1, 1))[0]
        with suppress(urllib.error.HTTPError):  # declined, or paid before
            self.remote.pay(session=hold.checkout_session, card=card)
        if self.fate(hold, "leaves") < 0.1:
            offering.abandon_checkout(hold.engagement, at=timezone.now())  # just as the card was reserved
        if self.rng.random() < 0.5:
            funding.confirm_payment(hold, at=timezone.now())  # somebody comes back from the page, paid or not
        return True

    def answer(self):
        """To an offer: most say yes, some no; some offers are taken back, and some nobody answers."""
        offered = Engagement.objects.filter(status="offered").select_related(
            "student", "offered_by", "company"
        )
        engagement = self.one(offered.order_by("?"))
        if engagement is None or (fate := self.fate(engagement, "answer")) > 0.95:
            return False
        at = timezone.now()
        if fate > 0.9:
            offering.withdraw_offer(engagement, by=engagement.offered_by, at=at)
        elif fate > 0.85:
            offering.decline_offer(engagement, by=engagement.student, at=at)
        else:
            paying_out.open_account(engagement.student, country="SE", at=at)
            offering.accept_offer(engagement, by=engagement.student, at=at)
        return True

    def accept_again(self):
        """A card that was refused at the charge: most try again."""
        failed = Engagement.objects.filter(status="funding", holds__status__in=["capture_failed", "unfunded"])
        engagement = self.one(failed.order_by("?"))
        if engagement is None or self.fate(engagement, "again") > 0.8:
            return False
        funding.retry_payment(engagement, by=engagement.offered_by, at=timezone.now())
        return True

    def set_up(self):
        """A student finishes being paid; some lose it again for a while."""
        waiting = Payee.objects.exclude(stripe_account=None).exclude(transfers_status="active")
        payee = self.one(waiting.order_by("?"))
        if payee is None:
            return False
        if self.rng.random() < 0.1:
            self.remote.capability(account=payee.stripe_account, status="restricted")
        else:
            self.remote.onboard(account=payee.stripe_account)
            self.remote.capability(account=payee.stripe_account, status="active")
        paying_out.refresh_payee(payee, at=timezone.now())
        return True

    # Work

    def work(self):
        """The next part is handed in, unless it is one that nobody ever delivers."""
        pending = Deliverable.objects.filter(status="pending", engagement__status="active", **GOES_ON)
        parts = pending.select_related("engagement__student").order_by("?")[:PAGE]
        part = next((part for part in parts if self.fate(part, "late") < 0.93), None)
        if part is None or self.fate(part.engagement, "cancel") < 0.06:
            return False
        answers = ["Met."] * len(part.criteria)
        reviewing.submit_work(
            part, by=part.engagement.student, at=timezone.now(), text="Here.", criteria_answers=answers
        )
        return True

    def decide(self):
        """Approve what was handed in, in two tabs at times; take it back at times; or say nothing."""
        if self.rng.random() < 0.1:
            return self.undo()
        days_left = timezone.now() + timedelta(
            days=1
        )  # whoever let that much time pass says nothing any more
        submitted = Deliverable.objects.filter(status="submitted", review_ends_at__gt=days_left, **GOES_ON)
        parts = submitted.select_related("engagement__offered_by").order_by("?")[:PAGE]
        part = next((part for part in parts if self.fate(part, "silence") < 0.8), None)
        if part is None:
            return False
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            releasing.approve_work(part, by=part.engagement.offered_by, at=timezone.now())
        return True

    def undo(self):
        approved = Deliverable.objects.filter(status="approved", hold_share__releases__sent_at=None)
        part = self.one(approved.select_related("engagement__offered_by", "hold_share").order_by("?"))
        if part is None or part.hold_share.releases.count() > 1:  # once is enough
            return False
        releasing.undo_approval(part, by=part.engagement.offered_by, at=timezone.now())
        return True

    def cancel(self):
        """Before the start, with everything back."""
        active = Engagement.objects.filter(status="active").select_related("offered_by").order_by("?")[:PAGE]
        engagement = next((row for row in active if self.fate(row, "cancel") < 0.06), None)
        if engagement is None:
            return False
        at = timezone.now()
        refunding.cancel_before_start(engagement, by=engagement.offered_by, at=at, reason="Plans changed.")
        return True

    def find_fraud(self):
        """Two of the staff find that what was sent must come back."""
        sent = Release.objects.filter(sent_at__isnull=False, findings=None).select_related(
            "share__hold__engagement"
        )
        release = next((row for row in sent.order_by("?")[:PAGE] if self.fate(row, "fraud") < 0.05), None)
        if release is None:
            return False
        first, second = cast.a_moderator(), cast.a_moderator("Ines Costa")
        about = {"codes": FraudFinding.Reason.values[:1], "note": "Both sides are one."}
        with transaction.atomic():
            finding = finding_fraud.find(release, by=first, at=timezone.now(), **about)
            finding_fraud.sign(finding, by=second, at=timezone.now())
        return True

    # Banks

    def complain(self):
        """A cardholder disputes a charge at their bank, all of it or a part; or the card network warns of fraud."""
        charged = Hold.objects.filter(
            status__in=["funded", "settled"], charge__isnull=False, chargebacks=None
        )
        for hold in charged.exclude(fraud_checks__kind="early_warning").order_by("?")[:PAGE]:
            fate = self.fate(hold, "complaint")
            if fate < 0.04:
                self.remote.ask(f"efw/{hold.charge}", b"{}")
            elif fate < 0.14:
                about = {"cents": hold.gross_cents // 2} if fate < 0.06 else {}
                self.remote.ask(f"dispute/{hold.charge}", json.dumps(about).encode())
            else:
                continue
            return True
        return False

    def decide_complaint(self):
        """The bank decides, some days later: for us, or against us."""
        before = timezone.now() - timedelta(days=2)
        taken = (
            Chargeback.objects.filter(status__in=Chargeback.OPEN, opened_at__lt=before).order_by("?").first()
        )
        if taken is None:
            return False
        outcome = "won" if self.fate(taken, "outcome") < 0.5 else "lost"
        self.remote.ask(f"decide/{taken.pk}", json.dumps({"status": outcome}).encode())
        return True

    def look(self):
        """Somebody of the staff looks at what was stopped for fear of fraud, and finds it all right."""
        check = FraudCheck.objects.waiting().first()
        if check is None:
            return False
        clearing.clear(check, by=cast.a_moderator(), at=timezone.now())
        return True

    def bear(self):
        """What a student's account could not give back is refunded all the same, as somebody of the staff orders."""
        refused = Operation.objects.filter(kind="reversal", status="failed")
        given = Operation.objects.filter(kind="refund", slot=OuterRef("slot"), hold=OuterRef("hold"))
        operation = refused.filter(~Exists(given)).select_related("fraud_finding").first()
        if operation is None:
            return False
        by, note = cast.a_moderator(), "The platform bears it."
        finding_fraud.order_refund(operation.fraud_finding, by=by, at=timezone.now(), note=note)
        return True
