"""How people come into a journey."""

import pytest


@pytest.fixture
def enter(open_context, site_server, own_database):
    """A browser of somebody, logged in where they are a person of the site."""

    def enter(kind, name, user=None, *, email=""):
        person = kind(open_context(), name, email)
        if user is not None:
            person.is_logged_in(user, site_server)
        return person

    return enter
