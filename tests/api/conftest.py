"""Programs that ask the API with a key."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keying
from accounts.models import Scope


def a_key(person, *scopes, name="Sheet", days=30, at=None):
    """A key with these scopes, or all of them, and its secret."""
    chosen = scopes or Scope.values
    return keying.make_key(person, at=at or timezone.now(), name=name, scopes=chosen, days=days)


class Program(Client):
    """Asks below /api/v1/ with a secret; it has no session and sends no cookie."""

    def __init__(self, secret=None):
        super().__init__(headers={"Authorization": f"Bearer {secret}"} if secret else None)

    def get(self, path, *args, **more):
        return super().get(path if path.startswith("http") else f"/api/v1/{path}", *args, **more)

    def send(self, path, document=None, *, method="post", **more):
        ask = getattr(super(), method)
        return ask(f"/api/v1/{path}", document or {}, content_type="application/json", **more)


@pytest.fixture
def program(db):
    """`program(person, *scopes)`."""
    return lambda person, *scopes: Program(a_key(person, *scopes)[1])
