"""What every answer carries, whatever kind it is, so that a browser and a cache keep what it says safe."""

import re

import pytest

from tests.permissions.addresses import lines
from tests.permissions.asking import ask, asked_by
from tests.permissions.leaving import STRICT, assert_leaves_where_it_must, policy_of

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OFF = ("camera", "microphone", "geolocation", "payment", "usb", "browsing-topics")
A_FILE = {"default-src": "'none'", "frame-ancestors": "'none'", "sandbox": ""}
# address, thing, who asks, status, policy, and what a cache may do with the answer
KINDS = """
/                          -     visitor   200  strict  shared
/                          -     student   200  strict  private
/projects/                 -     visitor   200  strict  shared
/projects/                 -     student   200  strict  private
/projects/<public_id>/     open  visitor   200  strict  shared
/projects/<public_id>/     draft employer  200  strict  private
/projects                  -     visitor   301  strict  shared
/projects/?q=%00           -     visitor   400  strict  shared
/nothing/                  -     visitor   404  strict  shared
/nothing/                  -     student   404  strict  private
/dashboard/                -     visitor   302  strict  shared
/dashboard/                -     student   200  strict  private
/projects/<public_id>/edit/ open student   403  strict  private
/projects/<public_id>/pause/ open employer 405  strict  private
/accounts/login/           -     visitor   200  strict  private
/accounts/settings/        -     student   200  strict  private
/notices/                  -     student   200  strict  private
/letters/stop/<token>/     stop  visitor   200  strict  private
/applications/<public_id>/ bid   student   200  strict  private
/engagements/<public_id>/  work  student   200  strict  private
/money/                    -     student   200  strict  private
/money/<public_id>/        work    employer 200 strict  private
/files/<public_id>/        file  student   200  file    private
/files/<public_id>/        file  rival     404  strict  private
/materials/<public_id>/    given student   200  file    private
/api/v1/files/<public_id>/ file  student   200  file    private
/api/v1/materials/<public_id>/ given employer 200 file  private
/accounts/data/copy/<public_id>/ copy student 200 file  private
/accounts/api-keys/        -     student   200  strict  private
/api/v1/me/                -     student   200  strict  private
/api/v1/me/                -     visitor   401  strict  shared
/api/v1/projects/          -     visitor   200  strict  shared
/api/v1/projects/          -     student   200  strict  private
/api/v1/projects/x/        -     visitor   404  strict  shared
/api/v1/projects/?hours_min=x -  visitor   400  strict  shared
/healthz                   -     visitor   200  strict  private
/readyz                    -     visitor   200  strict  private
/webhooks/stripe/v2/       -     visitor   405  strict  shared
/static/css/foothold.css   -     visitor   200  strict  shared
/static/js/app.js          -     student   200  strict  shared
/static/nothing.css        -     visitor   404  strict  shared
/admin/                    -     visitor   302  strict  private
/admin/                    -     moderator 200  strict  private
/admin/projects/project/   -     moderator 200  strict  private
""".strip().splitlines()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: " ".join(kind.split()[:4]))
def test_each_kind_of_answer_is_marked(world, kind):
    route, thing, who, status, policy, cache = kind.split()
    found = world.things.get(thing, {})
    address = re.sub(r"<(\w+)>", lambda match: str(found.get(match[1], "")), route)
    answer = world.ask(who, "GET", address)
    assert answer.status_code == int(status)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert all(f"{feature}=()" in answer["Permissions-Policy"] for feature in OFF)
    assert policy_of(answer) == {"strict": STRICT, "file": A_FILE}[policy]
    kept_apart = {"private", "no-store"} & set(re.split(r",\s*", answer.headers.get("Cache-Control", "")))
    assert bool(kept_apart) == (cache == "private")


def test_a_form_may_leave_to_stripe_where_one_leads_there(copied):
    """Every other page is asked for it by `test_who_may`."""
    with copied() as world:
        left = [
            assert_leaves_where_it_must(ask(world, asked_by(line), "GET", address, stripe=True), address)
            for line in lines()
            if line.asks_stripe and (address := line.address(world.things))
        ]
    assert any(left)
