"""Addresses of offers, work handed in, and money."""

from django.urls import path, re_path

from payments import webhooks
from payments.views import (
    cancelling,
    money,
    offering,
    payees,
    paying_for,
    releasing,
    reviewing,
    supplying,
)

app_name = "payments"

DELIVERABLE = "engagements/<slug:public_id>/deliverables/<int:number>"

urlpatterns = [
    path("projects/<slug:public_id>/cancel/", cancelling.cancel_project, name="cancel_project"),
    path("projects/<slug:public_id>/remove/", cancelling.remove_project, name="remove_project"),
    path("applications/<slug:public_id>/offer/", offering.offer, name="offer"),
    path("applications/<slug:public_id>/offer/colleague/", paying_for.ask_to_pay, name="ask_to_pay"),
    path("engagements/<slug:public_id>/colleague/revoke/", paying_for.take_back, name="take_back_request"),
    path("pay/<str:token>/", paying_for.pay_for, name="pay_for"),
    path("pay/<str:token>/done/", paying_for.paid_for, name="paid_for"),
    path("engagements/<slug:public_id>/checkout/", offering.checkout_return, name="checkout_return"),
    path("engagements/<slug:public_id>/pay/", offering.pay, name="pay"),
    path("engagements/<slug:public_id>/accept/", offering.accept_offer, name="accept_offer"),
    path("engagements/<slug:public_id>/decline/", offering.decline_offer, name="decline_offer"),
    path("engagements/<slug:public_id>/withdraw/", offering.withdraw_offer, name="withdraw_offer"),
    path("engagements/<slug:public_id>/cancel/", releasing.cancel, name="cancel"),
    path(
        "engagements/<slug:public_id>/materials/ask/", supplying.ask_for_materials, name="ask_for_materials"
    ),
    path(
        "engagements/<slug:public_id>/materials/<int:number>/", supplying.give_material, name="give_material"
    ),
    path(f"{DELIVERABLE}/deliver/", reviewing.submit_work, name="submit_work"),
    path(f"{DELIVERABLE}/more-time/", reviewing.take_more_time, name="take_more_time"),
    path(f"{DELIVERABLE}/changes/", reviewing.ask_for_changes, name="ask_for_changes"),
    path(f"{DELIVERABLE}/approve/", releasing.approve_work, name="approve_work"),
    path(f"{DELIVERABLE}/undo/", releasing.undo_approval, name="undo_approval"),
    path("money/", money.money, name="money"),
    path("money/payee/", payees.payee, name="payee"),
    path("money/payee/set-up/", payees.set_up_payee, name="set_up_payee"),
    path("money/payee/again/", payees.resume_payee, name="resume_payee"),
    path("money/<slug:public_id>/", money.receipt, name="receipt"),
    re_path(
        r"^webhooks/stripe/(?P<endpoint>platform|connect|v2)/$",
        webhooks.stripe_webhook,
        name="stripe_webhook",
    ),
]
