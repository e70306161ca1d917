"""Who asks the API: a program with a person's key. The framework loads this before its views."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accounts import keying
from accounts.http import PersonBackend
from accounts.models import ApiKey, User
from marketplace.kernel.api.throttles import WrongKeys

SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer fh_…`. A key never carries what its owner may do only as a moderator."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME.lower().encode():
            return None
        key = keying.use(words[1].decode("latin-1"), at=timezone.now()) if len(words) == 2 else None
        if key is None or not PersonBackend().user_can_authenticate(key.person):
            count(request)
            raise AuthenticationFailed("This key is not valid: mistyped, revoked, or past its time.")
        # In memory alone: a moderator's acts need the second step of a log-in, which a key has not taken.
        key.person.is_staff = key.person.is_superuser = False
        return key.person, key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def count(request: Request) -> None:
    throttle = WrongKeys()
    if not throttle.allow_request(request, None):
        raise Throttled(throttle.wait())
