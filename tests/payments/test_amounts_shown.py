"""Money in the administration is shown as money: no page of it has a bare number of cents."""

import re

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets

from payments.models import MEANINGS, Hold
from tests import stages
from tests.boards import stands_on
from tests.payments.test_stuck_money import a_transfer, chief, words


def names_shown(model_admin, request):
    """Every name that its list shows, and its page with the rows in it, where that is not one of our own."""
    shown = [*model_admin.get_list_display(request)]
    if type(model_admin).change_view is admin.ModelAdmin.change_view:
        for part in (model_admin, *model_admin.get_inline_instances(request)):
            shown += flatten_fieldsets(part.get_fieldsets(request))
    return {f"{model_admin.opts.label}.{name}" for name in shown}


def test_no_table_shows_a_column_of_cents(rf, db):
    request = rf.get("/admin/")
    request.user = chief()
    shown = set().union(*(names_shown(model_admin, request) for model_admin in admin.site._registry.values()))
    assert len(shown) > 200
    assert {name for name in shown if name.endswith("cents")} == set()


@stands_on(stages.completed)
def test_the_page_of_a_payment_says_its_amounts(board, client):
    client.force_login(chief())
    hold = Hold.objects.get()
    page = words(client.get(f"/admin/payments/hold/{hold.pk}/change/"))
    assert f"Student fee: {hold.student_fee} Platform fee: {hold.platform_fee} Gross: {hold.gross}" in page
    assert "deliverable-1 $200.00" in page
    assert not re.search("cents", page, re.IGNORECASE)


@stands_on(stages.completed)
def test_why_an_operation_waits_is_said_in_the_words_of_its_alarm(board, client):
    client.force_login(chief())
    transfer = a_transfer(status="frozen", blocked_reason="two_objects")
    for path in (f"hold/{transfer.hold_id}/change/", "operation/"):
        page = words(client.get(f"/admin/payments/{path}"))
        assert MEANINGS["operation_two_objects"].title in page
        assert "two_objects" not in page
