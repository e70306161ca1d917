"""What every app may keep: what people are told, and what staff did."""

from marketplace.kernel.models.audit import AuditEntry
from marketplace.kernel.models.telling import (
    ALWAYS,
    UTC,
    Digest,
    DigestQuerySet,
    How,
    Letter,
    LetterQuerySet,
    Notice,
    NoticeQuerySet,
    Outsider,
    Preference,
    PreferenceQuerySet,
    Topic,
)

__all__ = [
    "ALWAYS",
    "UTC",
    "AuditEntry",
    "Digest",
    "DigestQuerySet",
    "How",
    "Letter",
    "LetterQuerySet",
    "Notice",
    "NoticeQuerySet",
    "Outsider",
    "Preference",
    "PreferenceQuerySet",
    "Topic",
]
