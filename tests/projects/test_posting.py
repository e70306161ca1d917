import pytest
from tests import cast
pytestmark = pytest.mark.django_db
def test_it_opens():
    p = cast.an_open_project()
    assert p.status == "open", p.answer_by_at
    cast.a_refused_project()
