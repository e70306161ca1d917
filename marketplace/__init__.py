"""The frame: settings, addresses, background work, and what no single app owns."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
