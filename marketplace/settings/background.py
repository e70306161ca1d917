"""Background work (PAYMENTS.md section 6): Redis is a doorbell, PostgreSQL the queue."""

from marketplace.settings.connections import REDIS_URL

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "retry_on_timeout": True,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_TIME_LIMIT = 60  # under the lease of 120 s, which is under the visibility of 600 s
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_ROUTES = {
    "pay.*": {"queue": "money"},
    "payments.*": {"queue": "money"},
    "hook.*": {"queue": "hooks"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 40
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # a cancelled call is an unknown outcome
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: every interval is short
# seconds between two runs; what a worker could not take before the next is due is dropped
SWEEPS = {
    "kernel.tick": 15,
    "kernel.send_letters": 15,
    "accounts.look_at_sites": 60,
    "accounts.take_off_second_steps": 300,
    "kernel.write_digests": 60,
    "kernel.forget_answers": 3600,
    "projects.sweep": 15,
    "payments.sweep": 15,
    "payments.sweep_deadlines": 30,
    "payments.watch": 60,
    "payments.reconcile": 60,
    "site.make_exports": 60,
    "site.sweep_privacy": 300,
    "site.sweep_files": 3600,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in SWEEPS.items()
}
