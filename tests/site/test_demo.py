"""The demo is made by the rules, twice is harmless, and production refuses it."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from marketplace.site import demo, demo_projects
from projects.models import Project


@pytest.mark.django_db
def test_the_demo_is_made_once_however_often_it_is_asked_for(client):
    call_command("seed_demo", first=True, verbosity=0)
    assert Project.objects.open().count() == demo_projects.FIRST
    call_command("seed_demo", verbosity=0)
    call_command("seed_demo", verbosity=0)

    assert Project.objects.open().count() == len(demo_projects.PROJECTS)
    assert client.login(email=demo.STUDENT, password=demo.PASSWORD)
    assert User.objects.get(email=demo.EMPLOYER).is_employer
    assert User.objects.get(email=demo.STUDENT).is_student


@pytest.mark.django_db
def test_production_refuses_the_demo(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never loaded in production"):
        call_command("seed_demo", verbosity=0)
    assert not User.objects.exists()
