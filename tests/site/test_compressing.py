"""Text travels compressed, once; what people download, and answers without a body, stay as they are."""

import gzip
from io import BytesIO

import pytest
from django.conf import settings
from django.http import FileResponse
from django.test import RequestFactory

from marketplace.site.middleware import Compressed

ASKING = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize(
    "address", ["/", "/static/css/foothold.css", "/static/js/app.js", "/static/img/favicon.svg"]
)
def test_text_is_compressed_for_whoever_asks(db, client, address):
    plain, small = client.get(address), client.get(address, headers=ASKING)
    sent, given = b"".join(plain), b"".join(small)

    assert ("Content-Encoding" in plain, small["Content-Encoding"]) == (False, "gzip")
    assert "Accept-Encoding" in small["Vary"]
    assert len(given) < len(sent) / 2 + 200
    assert len(gzip.decompress(given)) == len(sent)


def test_what_has_no_text_or_no_body_is_left_alone(client):
    css = "/static/css/foothold.css"
    known = {"If-Modified-Since": client.head(css)["Last-Modified"]}
    answers = [
        client.get("/static/vendor/inter/inter-latin-wght-normal.woff2", headers=ASKING),
        client.head(css, headers=ASKING),
        client.get(css, headers=ASKING | known),
        client.get(css, headers=ASKING | {"Range": "bytes=0-99"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 304, 206]
    assert not any("Content-Encoding" in answer for answer in answers)
    assert [len(b"".join(answer)) for answer in answers][1:] == [0, 0, 100]


def test_a_download_keeps_its_length():
    def given(request):
        return FileResponse(BytesIO(b"a,b\n" * 500), as_attachment=True, filename="table.csv")

    answer = Compressed(given)(RequestFactory().get("/", headers=ASKING))
    assert ("Content-Encoding" in answer, answer["Content-Length"]) == (False, "2000")


def test_it_stands_outside_of_what_serves_files():
    order = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert order.index("Compressed") < order.index("WhiteNoiseMiddleware")
