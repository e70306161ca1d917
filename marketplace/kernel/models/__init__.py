"""What every app may keep: what people are told, what waits for staff, and what staff did."""

from marketplace.kernel.models.answers import KeptAnswer
from marketplace.kernel.models.audit import AuditEntry
from marketplace.kernel.models.cases import Case, CaseQuerySet, Risk
from marketplace.kernel.models.outbox import Untold, UntoldQuerySet
from marketplace.kernel.models.signatures import SecondSignature, SecondSignatureQuerySet
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
    "Case",
    "CaseQuerySet",
    "Digest",
    "DigestQuerySet",
    "How",
    "KeptAnswer",
    "Letter",
    "LetterQuerySet",
    "Notice",
    "NoticeQuerySet",
    "Outsider",
    "Preference",
    "PreferenceQuerySet",
    "Risk",
    "SecondSignature",
    "SecondSignatureQuerySet",
    "Topic",
    "Untold",
    "UntoldQuerySet",
]
