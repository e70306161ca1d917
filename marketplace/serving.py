"""How gunicorn serves the site: `gunicorn --config=python:marketplace.serving`.

A few processes with a few threads each, since an answer mostly waits for the database. Told to stop, it takes
no more connections and gives what is under way half a minute; a proxy asks the next server meanwhile.
"""

import os

wsgi_app = "marketplace.wsgi"
bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - in its container
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
control_socket_disable = True
graceful_timeout = 30
timeout = 60
max_requests, max_requests_jitter = 10_000, 1_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - its sign of life
loglevel = "warning"  # each request is logged by the site itself
