"""The SDK's way to the stand-in without a socket: the real client, the real app, one process."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe
from werkzeug.test import Client

from payments.sandbox.app import SandboxApp


class SandboxTransport(stripe.HTTPClient):
    """Hands each request of the SDK to the app."""

    name = "sandbox"

    def __init__(self, app: SandboxApp) -> None:
        super().__init__()
        self.client = Client(app)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        answer = self.client.open(
            parts.path,
            method=method.upper(),
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            headers=dict(headers or {}),
            data=post_data,
        )
        return answer.get_data(as_text=True), answer.status_code, dict(answer.headers)

    def close(self) -> None:
        """There is no connection to close."""
