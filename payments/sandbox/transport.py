"""The SDK's way to the stand-in without a socket: the real client, the real app, one process."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

import stripe
from requests.structures import CaseInsensitiveDict
from werkzeug.test import Client, TestResponse

from payments.sandbox.app import SandboxApp


class SandboxTransport(stripe.HTTPClient):
    """Hands each request of the SDK to the app.

    A hang that outlasts `timeout` (seconds) times out: at once and with the request carried out, or, with
    `wait`, after the real time and with the request still going on in a thread.
    """

    name = "sandbox"

    def __init__(self, app: SandboxApp, *, timeout: float = 0.5, wait: bool = False) -> None:
        super().__init__()
        self.app = app
        self.timeout = timeout
        self.wait = wait

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        def ask(environ: dict[str, Any]) -> TestResponse:
            return self._open(method, url, headers, post_data, environ)

        answer = self._waited(ask) if self.wait else self._at_once(ask)
        body = answer.get_data()
        if len(body) < int(answer.headers.get("Content-Length", len(body))):
            _unreachable("The answer broke off.")
        return body.decode(), answer.status_code, CaseInsensitiveDict(answer.headers)

    def _open(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any, environ: dict[str, Any]
    ) -> TestResponse:
        parts = urlsplit(url)
        return Client(self.app).open(
            parts.path,
            method=method.upper(),
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            headers=dict(headers or {}),
            data=data,
            environ_overrides=environ,
        )

    def _at_once(self, ask: Callable[[dict[str, Any]], TestResponse]) -> TestResponse:
        pauses: list[float] = []
        drops: list[bool] = []
        answer = ask({"sandbox.pause": pauses.append, "sandbox.drop": lambda: drops.append(True)})
        if sum(pauses) >= self.timeout:
            _unreachable("Timed out.")
        if drops:
            _unreachable("The connection was closed.")
        return answer

    def _waited(self, ask: Callable[[dict[str, Any]], TestResponse]) -> TestResponse:
        drops: list[bool] = []
        answers: list[TestResponse] = []
        thread = threading.Thread(
            target=lambda: answers.append(ask({"sandbox.drop": lambda: drops.append(True)})), daemon=True
        )
        thread.start()
        thread.join(self.timeout)
        if drops:
            _unreachable("The connection was closed.")
        if not answers:
            _unreachable("Timed out.")
        return answers[0]

    def close(self) -> None:
        """There is no connection to close."""


def _unreachable(why: str) -> NoReturn:
    raise stripe.APIConnectionError(why, should_retry=True)  # type: ignore[no-untyped-call]
