"""What moves money: holds with their shares and releases, operations, payees, Stripe's events, deadlines."""

from payments.ledger.models import Account, Balance, Entry, Journal, Seal
from payments.models.alarms import MEANINGS, Alarm, SendingStop
from payments.models.chargebacks import Chargeback
from payments.models.deadlines import Deadline
from payments.models.events import StripeEvent
from payments.models.fraud import BankSeen, CardSeen, FraudCheck, FraudCheckTransition
from payments.models.handovers import HandOver
from payments.models.holds import Hold, HoldTransition, Release, Share
from payments.models.leaving import LeavingPay
from payments.models.more_work import MoreWork, MoreWorkTransition
from payments.models.operations import Operation, OperationAttempt
from payments.models.payees import Payee
from payments.models.payouts import Payout
from payments.models.readings import PayeeReading
from payments.models.reconciliation import BalanceTransaction, BankPayout, Job, ReconciliationRun
from payments.models.refunds import Refund
from payments.models.requests import PaymentRequest
from payments.models.rulings import Award, AwardTransition, FraudFinding, FraudFindingTransition

__all__ = [
    "MEANINGS",
    "Account",
    "Alarm",
    "Award",
    "AwardTransition",
    "Balance",
    "BalanceTransaction",
    "BankPayout",
    "BankSeen",
    "CardSeen",
    "Chargeback",
    "Deadline",
    "Entry",
    "FraudCheck",
    "FraudCheckTransition",
    "FraudFinding",
    "FraudFindingTransition",
    "HandOver",
    "Hold",
    "HoldTransition",
    "Job",
    "Journal",
    "LeavingPay",
    "MoreWork",
    "MoreWorkTransition",
    "Operation",
    "OperationAttempt",
    "Payee",
    "PayeeReading",
    "PaymentRequest",
    "Payout",
    "ReconciliationRun",
    "Refund",
    "Release",
    "Seal",
    "SendingStop",
    "Share",
    "StripeEvent",
]
