"""What is done without anyone waiting: looking at sites of companies, and taking lost second steps off."""

import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from accounts import proving, resetting
from accounts.models import CompanyProof
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.fetching import NotFetched, fetch_text

logger = logging.getLogger(__name__)


@shared_task(name="accounts.look_at_sites")
def look_at_sites() -> None:
    """Every minute, and when somebody says that the file is there."""
    for proof in CompanyProof.objects.to_look_at(at=timezone.now()).select_related("company")[:20]:
        try:
            look_at_site(proof)
        except (RuleViolation, DatabaseError):  # its lease keeps it behind the others until it is tried again
            logger.exception("The look at the site of proof %s failed", proof.pk)


@shared_task(name="accounts.take_off_second_steps")
def take_off_second_steps() -> None:
    """Every five minutes."""
    resetting.carry_out_due(at=timezone.now())


def look_at_site(proof: CompanyProof, **reach: object) -> None:
    """One look, under a lease so that two workers do not both knock. The network is asked outside transactions."""
    now = timezone.now()
    mine = CompanyProof.objects.to_look_at(at=now).filter(pk=proof.pk)
    if not mine.update(look_at=now + CompanyProof.LOOK_LEASE):
        return
    try:
        proving.note_look(proof, text=fetch_text(proof.address, **reach), at=timezone.now())  # type: ignore[arg-type]
    except NotFetched as trouble:
        proving.note_look(proof, trouble=str(trouble), at=timezone.now())
