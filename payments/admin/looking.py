"""Rows that the administration shows and never changes."""

from typing import Any


class OnlyToLookAt:
    """Whoever may see these rows may not add, change or delete one: money moves by rules."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False
