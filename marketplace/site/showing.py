"""What the page of all components shows: one made-up example of each, in each of its states."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms

from marketplace.kernel.money import Money


class ExampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        max_length=100, help_text="What a student would call it. “Five customer interviews, written up”."
    )
    search = forms.CharField(widget=forms.TextInput(attrs={"type": "search"}), required=False)
    brief = forms.CharField(
        widget=forms.Textarea(attrs={"data-count": "true", "maxlength": "800", "rows": "4"}),
        help_text="What is to be done, and why it matters to you.",
    )
    fee = forms.DecimalField(
        label="Fee for the student",
        help_text="They get all of it. The platform fee comes on top.",
        widget=forms.TextInput(attrs={"data-unit": "USD", "inputmode": "decimal"}),
    )
    hours = forms.IntegerField(widget=forms.NumberInput(attrs={"data-unit": "hours", "inputmode": "numeric"}))
    due_on = forms.DateField(label="Due date", widget=forms.DateInput(attrs={"type": "date"}))
    industry = forms.ChoiceField(choices=[("health", "Health"), ("law", "Law"), ("energy", "Energy")])
    eligibility = forms.ChoiceField(
        label="How the student is engaged",
        widget=forms.RadioSelect(attrs={"data-look": "choices-framed"}),
        choices=[("contractor", "Independent contractor"), ("stipend", "Sponsor stipend")],
    )
    skills = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple(attrs={"data-look": "choices-columns"}),
        choices=[
            ("writing", "Writing"),
            ("research", "Research"),
            ("sql", "SQL"),
            ("figma", "Figma"),
            ("german", "German"),
        ],
        help_text="At most four.",
        required=False,
    )
    materials = forms.FileField(required=False, help_text="PDF, PNG or CSV, up to 20 MB each.")
    agree = forms.BooleanField(
        label="The work is not coursework and needs no licence", help_text="See the list of forbidden work."
    )


def examples(*, at: datetime) -> dict[str, Any]:
    """Everything `templates/components/showcase.html` reads."""
    fee, platform_fee = Money(30000), Money(3000)
    typed = {"fee": "30,x", "hours": "12", "brief": "Call five customers.", "eligibility": "contractor"}
    wrong = ExampleForm({f"wrong-{name}": value for name, value in typed.items()}, prefix="wrong")
    return {
        "form": ExampleForm(),
        "wrong": wrong,
        "at": at,
        "soon_at": at + timedelta(hours=9),
        "later_at": at + timedelta(days=3, hours=2),
        "bars": bars(fee, at=at),
        "events": events(at=at),
        "receipt_columns": ["Maple Health pays", "Platform keeps", "Maya gets"],
        "receipt_rows": [
            {"label": "Fee for the work", "at": at - timedelta(days=9), "amounts": [fee, None, fee]},
            {
                "label": "Platform fee",
                "note": "10 % of the fee, at least $5.00",
                "amounts": [platform_fee, platform_fee, None],
            },
        ],
        "receipt_totals": [fee + platform_fee, platform_fee, fee],
        "projects": projects(at=at),
        "form_steps": [
            {"label": "The work", "state": "done", "href": "#steps"},
            {"label": "Pay and dates", "state": "now"},
            {"label": "Check and publish", "state": "next"},
        ],
    }


def bars(fee: Money, *, at: datetime) -> list[dict[str, Any]]:
    names = (
        ("Reserved on the card", "waiting", "charged only if Maya accepts"),
        ("Held", "held", "charged, waiting for the work"),
        ("Sent to Maya", "released", "after the approval"),
        ("In her bank", "released", "2 to 3 bank days later"),
    )

    def bar(title: str, now: int) -> dict[str, Any]:
        steps = [
            {
                "label": label,
                "mark": mark,
                "amount": fee,
                "state": "done" if number < now else "now" if number == now else "next",
                "at": at - timedelta(days=(now - number) * 3) if number <= now else None,
                "note": note if number > now else "",
            }
            for number, (label, mark, note) in enumerate(names)
        ]
        return {"title": title, "steps": steps}

    return [bar("Offer made", 0), bar("Under way", 1), bar("Approved", 2), bar("Arrived", 3)]


def events(*, at: datetime) -> list[dict[str, Any]]:
    return [
        {"state": "past", "what": "Maple Health made you an offer", "at": at - timedelta(days=9)},
        {
            "state": "past",
            "what": "You accepted; $330.00 was charged and is held",
            "at": at - timedelta(days=8),
        },
        {
            "state": "past",
            "what": "You handed in “Interview notes”, version 1",
            "at": at - timedelta(days=1),
            "note": "3 files, 4 of 4 criteria answered",
        },
        {"state": "now", "what": "Maple Health is looking at it", "at": at + timedelta(days=6)},
        {
            "state": "auto",
            "what": "Approved by itself if nobody answers; $300.00 is yours",
            "at": at + timedelta(days=6),
        },
        {"state": "next", "what": "$300.00 in your bank"},
    ]


def projects(*, at: datetime) -> list[SimpleNamespace]:
    def project(
        title: str, company: str, fee: int, hours: int, seats: int, skills: str, *, proven: bool
    ) -> SimpleNamespace:
        return SimpleNamespace(
            title=title,
            company=SimpleNamespace(name=company, is_proven=proven),
            fee=Money(fee),
            pay_per_hour=Money(fee).per(hours),
            hours=hours,
            seats=seats,
            skill_names=skills,
            span_days=14,
            answer_by_at=at + timedelta(days=8),
            applications_close_at=at + timedelta(days=3),
            get_absolute_url="#cards",
        )

    return [
        project(
            "Five customer interviews, written up",
            "Maple Health",
            30000,
            12,
            2,
            "Interviewing, Writing, Research",
            proven=True,
        ),
        project(
            "Turn our price list into a clean spreadsheet with formulas and a one-page guide",
            "Nordlicht Energie GmbH",
            18000,
            8,
            1,
            "Spreadsheets, Data cleaning",
            proven=False,
        ),
        project(
            "Accessibility check of a booking page",
            "Harbour & Daughters",
            52500,
            21,
            1,
            "HTML, Accessibility, Testing, English",
            proven=True,
        ),
    ]
