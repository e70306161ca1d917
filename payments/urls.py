"""Addresses of offers, work handed in, and money."""

from django.urls import path, re_path

from payments import webhooks
from payments.api import adding as api_adding
from payments.api import books as api_books
from payments.api import decisions as api_decisions
from payments.api import engagements, working
from payments.api import findings as api_findings
from payments.api import money as api_money
from payments.api import paying_for as api_paying_for
from payments.views import (
    adding,
    cancelling,
    decisions,
    money,
    offering,
    papers,
    payees,
    paying_for,
    releasing,
    reviewing,
    supplying,
)

app_name = "payments"

API = "api/v1"
ENGAGEMENT = "engagements/<slug:public_id>"
DELIVERABLE = f"{ENGAGEMENT}/deliverables/<int:number>"
MORE_WORK = f"{ENGAGEMENT}/more-work/<int:number>"

urlpatterns = [
    path("accounts/decisions/", decisions.decisions, name="decisions"),
    path("accounts/decisions/money/<slug:public_id>/", decisions.object_to_finding, name="object_to_finding"),
    path("accounts/decisions/<slug:public_id>/", decisions.appeal, name="appeal"),
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
    path(f"{ENGAGEMENT}/leave/", supplying.leave, name="leave"),
    path(
        "engagements/<slug:public_id>/materials/ask/", supplying.ask_for_materials, name="ask_for_materials"
    ),
    path(
        "engagements/<slug:public_id>/materials/<int:number>/", supplying.give_material, name="give_material"
    ),
    path(f"{ENGAGEMENT}/more-work/", adding.propose, name="propose_more_work"),
    path(f"{MORE_WORK}/agree/", adding.agree, name="agree_to_more_work"),
    path(f"{MORE_WORK}/decline/", adding.decline, name="decline_more_work"),
    path(f"{MORE_WORK}/withdraw/", adding.withdraw, name="withdraw_more_work"),
    path(f"{MORE_WORK}/pay/", adding.pay, name="pay_more_work"),
    path(f"{MORE_WORK}/colleague/", paying_for.ask_to_pay_for_work, name="ask_to_pay_for_work"),
    path(f"{MORE_WORK}/colleague/revoke/", paying_for.take_back_for_work, name="take_back_request_for_work"),
    path(f"{MORE_WORK}/checkout/", adding.checkout_return, name="more_work_return"),
    path(f"{DELIVERABLE}/deliver/", reviewing.submit_work, name="submit_work"),
    path(f"{DELIVERABLE}/more-time/", reviewing.take_more_time, name="take_more_time"),
    path(f"{DELIVERABLE}/changes/", reviewing.ask_for_changes, name="ask_for_changes"),
    path(f"{DELIVERABLE}/approve/", releasing.approve_work, name="approve_work"),
    path(f"{DELIVERABLE}/undo/", releasing.undo_approval, name="undo_approval"),
    path("money/", money.money, name="money"),
    path("money/payee/", payees.payee, name="payee"),
    path("money/payee/set-up/", payees.set_up_payee, name="set_up_payee"),
    path("money/payee/payouts/", payees.see_payouts, name="see_payouts"),
    path("money/payee/again/", payees.resume_payee, name="resume_payee"),
    path("money/earned/<int:year>/", papers.earned, name="earned"),
    path("money/earned/<int:year>/<slug:form>/", papers.earned, name="earned_file"),
    path("money/paid/<slug:slug>/<int:year>/", papers.paid, name="paid"),
    path("money/paid/<slug:slug>/<int:year>/<slug:form>/", papers.paid, name="paid_file"),
    path("money/<slug:public_id>/", money.engagement_money, name="engagement_money"),
    path("money/<slug:public_id>/receipts/<int:number>/", papers.receipt, name="receipt"),
    path("money/<slug:public_id>/receipts/<int:number>/<slug:form>/", papers.receipt, name="receipt_file"),
    re_path(
        r"^webhooks/stripe/(?P<endpoint>platform|connect|v2)/$",
        webhooks.stripe_webhook,
        name="stripe_webhook",
    ),
    path(
        f"{API}/projects/<slug:public_id>/cancel/",
        api_paying_for.CancelProject.as_view(),
        name="api_cancel_project",
    ),
    path(f"{API}/applications/<slug:public_id>/offer/", engagements.MakeOffer.as_view(), name="api_offer"),
    path(
        f"{API}/applications/<slug:public_id>/offer/colleague/",
        api_paying_for.AskColleague.as_view(),
        name="api_ask_to_pay",
    ),
    path(f"{API}/engagements/", engagements.Engagements.as_view(), name="api_engagements"),
    path(f"{API}/{ENGAGEMENT}/", engagements.OneEngagement.as_view(), name="api_engagement"),
    *(
        path(f"{API}/{ENGAGEMENT}/{act}/", door.as_view(), name=f"api_{name}")
        for act, name, door in (
            ("pay", "pay", engagements.Pay),
            ("confirm", "confirm_payment", engagements.Confirm),
            ("accept", "accept_offer", engagements.Accept),
            ("decline", "decline_offer", engagements.Decline),
            ("withdraw", "withdraw_offer", engagements.Withdraw),
            ("cancel", "cancel", engagements.Cancel),
            ("colleague/revoke", "take_back_request", api_paying_for.TakeBackRequest),
            ("leave", "leave", working.Leave),
            ("materials/ask", "ask_for_materials", working.AskForMaterials),
            ("materials/<int:number>", "give_material", working.GiveMaterial),
            ("more-work", "propose_more_work", api_adding.Propose),
        )
    ),
    *(
        path(f"{API}/{MORE_WORK}/{act}/", door.as_view(), name=f"api_{name}")
        for act, name, door in (
            ("agree", "agree_more_work", api_adding.Agree),
            ("decline", "decline_more_work", api_adding.Decline),
            ("withdraw", "withdraw_more_work", api_adding.Withdraw),
            ("pay", "pay_more_work", api_adding.Pay),
            ("confirm", "confirm_more_work", api_adding.Confirm),
            ("colleague", "ask_to_pay_for_work", api_paying_for.AskColleagueForWork),
            ("colleague/revoke", "take_back_request_for_work", api_paying_for.TakeBackRequestForWork),
        )
    ),
    *(
        path(f"{API}/{DELIVERABLE}/{act}/", door.as_view(), name=f"api_{name}")
        for act, name, door in (
            ("submissions", "submit_work", working.Submissions),
            ("more-time", "take_more_time", working.MoreTime),
            ("changes", "ask_for_changes", working.AskForChanges),
            ("approve", "approve_work", working.Approve),
            ("undo", "undo_approval", working.UndoApproval),
        )
    ),
    path(f"{API}/me/findings/", api_findings.Findings.as_view(), name="api_findings"),
    path(f"{API}/me/findings/<slug:public_id>/", api_findings.OneFinding.as_view(), name="api_finding"),
    path(f"{API}/me/decisions/", api_decisions.Decisions.as_view(), name="api_decisions"),
    path(f"{API}/me/decisions/<slug:public_id>/", api_decisions.OneDecision.as_view(), name="api_decision"),
    path(f"{API}/money/", api_money.Holds.as_view(), name="api_money"),
    path(f"{API}/money/summary/", api_books.Summary.as_view(), name="api_money_summary"),
    path(f"{API}/money/earned/<int:year>/", api_books.Earned.as_view(), name="api_earned"),
    path(f"{API}/money/paid/<slug:slug>/<int:year>/", api_books.Paid.as_view(), name="api_paid"),
    path(f"{API}/{ENGAGEMENT}/money/", api_books.EngagementMoney.as_view(), name="api_engagement_money"),
    path(
        f"{API}/{ENGAGEMENT}/money/receipts/<int:number>/",
        api_books.MoveReceipt.as_view(),
        name="api_move_receipt",
    ),
    path(f"{API}/money/payee/", api_money.MyPayee.as_view(), name="api_payee"),
    path(f"{API}/money/<slug:public_id>/", api_money.Receipt.as_view(), name="api_receipt"),
    path(f"{API}/pay/<str:token>/", api_paying_for.PayFor.as_view(), name="api_pay_for"),
]
