"""What signing and refusing mean, by the kind of row: each is a rule that takes the request, a moment and a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from accounts import resetting
from accounts.models import Sanction
from marketplace.kernel.models import Case, SecondSignature
from payments import awarding, countersigning, finding_fraud, sanctioning
from payments.models import Award, FraudFinding


@dataclass(frozen=True)
class Kind:
    sign: Callable[..., Any]
    refuse: Callable[..., Any]


def passes(asked: SecondSignature, *, of: type[Any], by: Callable[..., bool], at: Any, reason: str) -> None:
    by(of.objects.get(pk=asked.row_id), asked=asked, at=at, reason=reason)


def ruling(of: type[Any], pass_alone: Callable[..., bool]) -> Kind:
    """What another admin could sign: done as it passes alone, but now and by their word."""
    return Kind(partial(passes, of=of, by=pass_alone), partial(countersigning.refuse_outside, of=of))


KINDS: dict[str, Kind] = {
    Case.Kind.SECOND: ruling(Sanction, sanctioning.pass_alone),
    Case.Kind.AWARD: ruling(Award, awarding.pass_alone),
    Case.Kind.FINDING: ruling(FraudFinding, finding_fraud.pass_alone),
    Case.Kind.RESET: Kind(resetting.sign_outside, resetting.refuse_outside),
}
