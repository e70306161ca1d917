"""Keys of the API: made by a person for their own programs, used by those, and revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts import emails
from accounts.models import ApiKey, User
from accounts.models.api_keys import SHOWN, digest_of, new_secret
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked

SEEN_EVERY = timedelta(minutes=1)  # how fresh "last used" is


class NameTaken(RuleViolation):
    """Two keys of one name cannot be told apart when one has to be revoked."""

    code = "key_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"You have a key called “{name}”. Give this one another name.")


class TooManyKeys(RuleViolation):
    """A person needs a key for each of their programs, and no store of them."""

    code = "too_many_keys"

    def __init__(self) -> None:
        super().__init__(f"You have {settings.API_KEYS} keys. Revoke one that you do not use.")


def make_key(
    person: User, *, at: datetime, name: str, scopes: Sequence[str], days: int
) -> tuple[ApiKey, str]:
    """A new key, and the secret that is told this once. Raises NameTaken, TooManyKeys."""
    with locked(person) as person:
        active = ApiKey.objects.of(person).filter(status=ApiKey.Status.ACTIVE)
        if active.filter(name=name, expires_at__gt=at).exists():
            raise NameTaken(name)
        if active.live(at=at).count() >= settings.API_KEYS:
            raise TooManyKeys
        for over in active.filter(name=name):
            over.become(ApiKey.Status.REVOKED, by=person, at=at, reason="Its time was over.")
        secret = new_secret()
        key = ApiKey.objects.create(
            person=person,
            name=name,
            scopes=list(scopes),
            beginning=secret[:SHOWN],
            digest=digest_of(secret),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        key.history.create(by=person, from_status="", to_status=key.status, at=at)
        emails.key_made(key, at=at)
    return key, secret


def revoke(key: ApiKey, *, by: User, at: datetime) -> ApiKey:
    """It opens nothing from now on. Raises InvalidTransition."""
    with locked(key) as key:
        key.become(ApiKey.Status.REVOKED, by=by, at=at)
    return key


def use(secret: str, *, at: datetime) -> ApiKey | None:
    """The live key with this secret, with its owner as they are now; None where there is none."""
    keys = ApiKey.objects.live(at=at).select_related("person__student_profile")
    key = keys.filter(digest=digest_of(secret), person__is_active=True, person__leaves_at=None).first()
    if key is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=at - SEEN_EVERY)
        if key.last_used_at is None or key.last_used_at <= at - SEEN_EVERY:
            ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
    return key
