"""Whose request this is: one application serves every sandbox in the process."""

from typing import Any

from flask import request

from payments.sandbox.control import Control
from payments.sandbox.sandbox import Sandbox

KEY = "sandbox.app"


def sandbox() -> Sandbox:
    app: Any = request.environ[KEY]
    found: Sandbox = app.sandbox
    return found


def control() -> Control:
    app: Any = request.environ[KEY]
    found: Control = app.control
    return found
