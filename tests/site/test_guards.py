"""What surrounds every answer: headers, and addresses that are refused."""

import pytest

STRICT_POLICY = [
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "worker-src 'self'",
]


@pytest.mark.parametrize(
    "address", ["/healthz?q=%00", "/healthz?q=a\x00b", "/%00", "/accounts/login/?next=%00"]
)
def test_a_nul_byte_is_refused(client, address):
    assert client.get(address).status_code == 400


def test_every_page_carries_the_strict_headers(db, client):
    answer = client.get("/accounts/login/")
    assert answer.status_code == 200
    assert sorted(answer["Content-Security-Policy"].split("; ")) == STRICT_POLICY
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]
