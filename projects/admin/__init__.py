"""The tables of projects in the administration."""

from projects.admin import messages, queues

__all__ = ["messages", "queues"]
