"""The desk's pages: the queue, one case, and the acts on them. The administration lets only staff in."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from marketplace.kernel import casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.site.desk import deciding, rulings, sanctions, second_steps
from marketplace.site.desk.all_kinds import KINDS
from marketplace.site.desk.kinds import still_waiting
from projects.forms.applying import VersionForm

IDS = re.compile(r"[\w-]{1,12}", re.ASCII)
SHOWN, PUT_OFF = 100, "desk_put_off"
DESK, CASE = "admin:desk", "admin:desk_case"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Under the administration, which lets in whoever it lets in everywhere."""

    def staff(view: Any) -> Any:
        return site.admin_view(view)

    return [
        path("desk/", staff(queue), name="desk"),
        path("desk/next/", staff(next_case), name="desk_next"),
        path("desk/many/", staff(many), name="desk_many"),
        path("desk/sanction/<slug:kind>/<slug:public_id>/", staff(sanctions.sanction), name="desk_sanction"),
        path("desk/award/<slug:public_id>/<int:number>/", staff(rulings.award), name="desk_award"),
        path("desk/finding/<slug:public_id>/", staff(rulings.finding), name="desk_finding"),
        path("desk/second-step/<slug:public_id>/", staff(second_steps.second_step), name="desk_second_step"),
        path("desk/<slug:public_id>/", staff(case_page), name="desk_case"),
        path("desk/<slug:public_id>/take/", staff(take), name="desk_take"),
        path("desk/<slug:public_id>/put-off/", staff(put_off), name="desk_put_off"),
        path("desk/<slug:public_id>/decide/", staff(decide), name="desk_decide"),
    ]


class AnswerForm(forms.Form):
    """Which answer: `yes`, the code of a canned no, or several codes with a note of one's own."""

    answer = forms.CharField(required=False, max_length=40)
    codes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Reasons")
    note = forms.CharField(
        required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), label="In your own words"
    )

    def __init__(self, data: Any, noes: Any) -> None:
        super().__init__(data)
        self.noes = noes
        self.fields["codes"].choices = [(code, no.label) for code, no in noes.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        answer = given.get("answer", "")
        if answer in self.noes:
            given["codes"] = [answer]
        elif answer != "yes" and not given.get("codes") and "codes" not in self.errors:
            self.add_error("codes", "Choose at least one reason.")
        return given

    @property
    def chosen(self) -> list[str] | None:
        """None is a yes."""
        return None if self.cleaned_data["answer"] == "yes" else list(self.cleaned_data["codes"])


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/desk/{template}.html", everywhere | context, status=status)


@require_safe
def queue(request: PersonRequest) -> HttpResponse:
    """What waits, the gravest and the latest first."""
    now, kind = timezone.now(), request.GET.get("kind", "")
    companies = deciding.companies_of(request.user, at=now)
    waiting = Case.objects.waiting().for_moderator(request.user, companies).filter(kind__in=KINDS)
    chosen = waiting.filter(kind=kind) if kind in KINDS else waiting
    cases = list(chosen.select_related("claimed_by").most_urgent_first(at=now)[:SHOWN])
    free = set(chosen.free_for(request.user).values_list("pk", flat=True))
    counted = dict.fromkeys(KINDS, 0)
    for found in waiting.values_list("kind", flat=True):
        counted[found] += 1
    rows = [
        {"case": case, "row": row, "free": case.pk in free, "in_batch": KINDS[case.kind].in_batch}
        for case, row in still_waiting(cases, KINDS)
    ]
    context = {
        "title": "Moderation desk",
        "rows": rows,
        "now": now,
        "kind": kind if kind in KINDS else "",
        "kinds": [(name, Case.Kind(name).label, number) for name, number in counted.items() if number],
        "total": sum(counted.values()),
        "noes": KINDS[kind].noes if kind in KINDS and KINDS[kind].in_batch else {},
        "keys": request.user.shortcut_keys,
    }
    return shown(request, "queue", context)


@require_POST
def next_case(request: PersonRequest) -> HttpResponse:
    """Take the most urgent case that nobody is on."""
    return to_next(request)


def to_next(request: PersonRequest) -> HttpResponse:
    kinds = [kind for kind in request.POST.getlist("kind") if kind in KINDS]
    but = request.session.get(PUT_OFF, [])
    case = deciding.take_next(by=request.user, at=timezone.now(), kinds=kinds, but=but)
    if case is None:
        put_off_were = bool(request.session.pop(PUT_OFF, None))
        said = "Only what you put off is left." if put_off_were else "Nothing else waits for you."
        messages.info(request, said)
        return redirect(DESK)
    return redirect(CASE, case.public_id)


def case_or_404(request: PersonRequest, public_id: str) -> Case:
    """A case that this person may handle: never one of their own."""
    companies = deciding.companies_of(request.user, at=timezone.now())
    mine = Case.objects.for_moderator(request.user, companies)
    return get_object_or_404(
        mine.filter(kind__in=KINDS).select_related("claimed_by", "closed_by"), public_id=public_id
    )


@require_safe
def case_page(request: PersonRequest, public_id: str) -> HttpResponse:
    return case_shown(request, case_or_404(request, public_id))


def case_shown(
    request: PersonRequest, case: Case, form: AnswerForm | None = None, *, status: int = 200
) -> HttpResponse:
    kind, found = KINDS[case.kind], still_waiting([case], KINDS)
    row = found[0][1] if found and case.closed_at is None else None
    context = {
        "title": str(case),
        "case": case,
        "kind": kind,
        "row": row,
        "version": getattr(row, "version", ""),
        "is_free": Case.objects.waiting().free_for(request.user).filter(pk=case.pk).exists(),
        "mine": case.claimed_by_id == request.user.pk,
        "form": form or AnswerForm(None, kind.noes),
        "keys": request.user.shortcut_keys,
        **(kind.context(row) if row is not None else {}),
    }
    return shown(request, "case", context, status=status)


@require_POST
def take(request: PersonRequest, public_id: str) -> HttpResponse:
    case = case_or_404(request, public_id)
    try:
        casework.claim(case, by=request.user)
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
        return redirect(DESK)
    return redirect(CASE, case.public_id)


@require_POST
def put_off(request: PersonRequest, public_id: str) -> HttpResponse:
    """Leave it to others for now, and go on with the next."""
    case = case_or_404(request, public_id)
    casework.give_back(case, by=request.user)
    request.session[PUT_OFF] = [*request.session.get(PUT_OFF, []), case.pk][-200:]
    return to_next(request)


@require_POST
def decide(request: PersonRequest, public_id: str) -> HttpResponse:
    """Answer, and go on with the next."""
    case = case_or_404(request, public_id)
    form, version = AnswerForm(request.POST, KINDS[case.kind].noes), VersionForm(request.POST).seen
    if not form.is_valid():
        return case_shown(request, case, form, status=422)
    try:
        given = {"codes": form.chosen, "note": form.cleaned_data["note"]}
        deciding.decide(case, by=request.user, at=timezone.now(), version=version, **given)
    except RuleViolation as refusal:
        messages.error(request, f"{case.words}: {refusal}")
        return redirect(DESK)
    said = KINDS[case.kind].yes_label if form.chosen is None else KINDS[case.kind].no_label
    messages.success(request, f"{said}: {case.words}")
    return to_next(request)


@require_POST
def many(request: PersonRequest) -> HttpResponse:
    """The same answer to all that are ticked, each as if decided alone."""
    ticked = (value.partition(".")[::2] for value in request.POST.getlist("case"))
    seen = {public_id: version for public_id, version in ticked if IDS.fullmatch(public_id)}
    companies = deciding.companies_of(request.user, at=timezone.now())
    mine = Case.objects.for_moderator(request.user, companies).filter(kind__in=KINDS)
    cases = list(mine.filter(public_id__in=list(seen)[:SHOWN]).order_by("pk"))
    answer = request.POST.get("answer", "")
    answer = request.POST.get("reason", "") if answer == "reason" else answer
    known = all(answer in KINDS[case.kind].noes for case in cases)
    if not cases or not (answer == "yes" or known):
        messages.error(request, "Tick at least one line, and choose an answer that fits all of them.")
        return redirect(DESK)
    chosen = [(case, VersionForm({"version": seen[case.public_id]}).seen) for case in cases]
    codes = None if answer == "yes" else [answer]
    done, not_done = deciding.decide_many(chosen, by=request.user, at=timezone.now(), codes=codes)
    messages.success(request, f"Decided: {done}.")
    for words in not_done:
        messages.error(request, words)
    return redirect(DESK)
