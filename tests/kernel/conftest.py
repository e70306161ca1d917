"""A student whom nobody told anything yet."""

import pytest

from marketplace.kernel.models import Letter, Notice
from tests import cast


@pytest.fixture
def student(db):
    person = cast.a_student()
    Notice.objects.all().delete()
    Letter.objects.all().delete()
    return person
