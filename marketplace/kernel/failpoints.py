"""Named places where a test may kill the process, to show that nothing is lost there."""

import os
import signal

from django.conf import settings


def reach(name: str) -> None:
    """Die here by SIGKILL where the environment asks for it; never in production."""
    if not settings.PRODUCTION and os.environ.get("FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
