"""How gunicorn serves the site: `gunicorn --config=python:marketplace.serving`.

A few processes with a few threads each, since an answer mostly waits for the database. Told to stop, it first says so
at /readyz and goes on, until every proxy has seen it; then it takes nothing more and gives what is under way half a
minute. So nobody's request meets a server that is just closing.
"""

import os
import signal
import threading
from types import FrameType

from gunicorn.arbiter import Arbiter

from marketplace import draining

wsgi_app = "marketplace.wsgi"
bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - in its container
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
control_socket_disable = True
keepalive = 75  # longer than the proxy's, so that it is never we who end a connection it still uses
graceful_timeout = 30
timeout = 60
max_requests, max_requests_jitter = 10_000, 1_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - its sign of life
loglevel = "warning"  # each request is logged by the site itself
DRAIN_SECONDS = float(os.environ.get("WEB_DRAIN_SECONDS", "5"))  # the proxy asks every second


def when_ready(server: Arbiter) -> None:
    """From now on SIGTERM ends it only after it was seen to be ending."""

    def drain(number: int, frame: FrameType | None) -> None:
        draining.begin()
        threading.Timer(DRAIN_SECONDS, server.signal, (number, frame)).start()

    signal.signal(signal.SIGTERM, drain)
