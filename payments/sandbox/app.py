"""The stand-in as a WSGI app: API, pages, control."""

import json
import socket
import time
from functools import cache
from typing import Any

from flask import Flask, Response, redirect, request

from payments.sandbox import api, control_api, current, pages
from payments.sandbox.api import Answer, Asked
from payments.sandbox.clock import Clock
from payments.sandbox.config import Config
from payments.sandbox.console import frame
from payments.sandbox.console import views as views  # whose pages register themselves
from payments.sandbox.control import Control
from payments.sandbox.faults import Fault
from payments.sandbox.sandbox import Sandbox
from payments.sandbox.webhooks import Send


class SandboxApp:
    """A WSGI application: a sandbox, the control over it, and the pages and addresses that all of them share."""

    def __init__(self, sandbox: Sandbox, control: Control, *, propagate: bool) -> None:
        self.sandbox = sandbox
        self.control = control
        self.web = _web(propagate)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.web(environ | {current.KEY: self}, start_response)


def create_app(
    path: str,
    *,
    config: Config | None = None,
    clock: Clock | None = None,
    send: Send | None = None,
    propagate: bool = True,
) -> SandboxApp:
    """A stand-in whose state is the SQLite file at `path`, or gone with the process at `:memory:`.

    `send(url, body, headers)` posts a webhook and returns the status it was answered with; HTTP without it.
    `propagate` lets bugs of the stand-in's reach the caller instead of becoming a 500.
    """
    sandbox = Sandbox(path, config=config or Config(), clock=clock or Clock())
    app = SandboxApp(sandbox, Control(sandbox, send), propagate=propagate)
    app.control.start()
    return app


@cache
def _web(propagate: bool) -> Flask:  # noqa: FBT001
    """Made once: it knows of no sandbox until a request comes with one."""
    web = Flask("payments.sandbox", static_url_path="/assets")
    web.config["PROPAGATE_EXCEPTIONS"] = propagate
    for version in ("v1", "v2"):
        web.add_url_rule(f"/{version}/<path:_>", f"api_{version}", _api, methods=["GET", "POST", "DELETE"])
    web.register_blueprint(pages.blueprint)
    web.register_blueprint(control_api.blueprint)
    web.register_blueprint(frame.blueprint)
    web.add_url_rule("/", "root", lambda: redirect("/control/", 303))
    web.register_error_handler(404, _nothing_here)
    web.register_error_handler(500, _broken)
    return web


def _api(_: str) -> Response:
    form, upload = _uploaded() if request.mimetype == "multipart/form-data" else (None, None)
    asked = Asked(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("utf-8", "replace"),
        headers={name.title(): value for name, value in request.headers.items()},
        body=request.get_data(),
        form=form,
        upload=upload,
        base_url=request.host_url,
        pause=request.environ.get("sandbox.pause", time.sleep),
    )
    answer, fault = api.respond(current.sandbox(), asked)
    if answer.dropped:
        return _drop()
    return _written(answer, fault)


def _uploaded() -> tuple[dict[str, str], int | None]:
    """The fields of a request with a file, and how large it is; the file itself is not kept."""
    fields = dict(request.form)
    file = request.files.get("file")
    if file is None:
        return fields, None
    return fields | {"file": file.filename or "file"}, len(file.read())


def _written(answer: Answer, fault: Fault | None) -> Response:
    body = json.dumps(answer.body).encode()
    if fault and fault.name == "garbage":
        body = b'<html><body>Bad gateway</body></html>{"id": '
    response = Response(body, answer.status, answer.headers, content_type="application/json")
    if fault and fault.name == "truncate":
        response.set_data(body[: len(body) // 2])
        response.headers["Content-Length"] = str(len(body))
    return response


def _drop() -> Response:
    """End the connection without an answer."""
    drop = request.environ.get("sandbox.drop")
    if drop:
        drop()
    else:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response(status=500)


def _nothing_here(_: Exception) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    body = {"error": {"type": "invalid_request_error", "message": message}}
    return Response(json.dumps(body), 404, content_type="application/json")


def _broken(wrong: Exception) -> Response:
    cause = getattr(wrong, "original_exception", None) or wrong
    body = {"error": {"type": "api_error", "message": f"A bug of the stand-in's: {cause}"}}
    return Response(json.dumps(body), 500, content_type="application/json")
