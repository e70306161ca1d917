"""What staff may do in the administration: an administrator's powers, and the rights that hold for hours."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import StaffRight, User

ABOUT_PEOPLE = (
    *("accounts.view_user", "accounts.change_user", "accounts.view_company", "accounts.change_company"),
    "accounts.view_studentprofile",
)
LISTS = ("skill", "industry", "jobrole", "school", "schooldomain")


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, which loads a person together with the student side that every page asks for."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("student_profile").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: User, obj: Any = None) -> set[str]:
        """Django's, and those of rights that hold now; of an administrator whose powers sleep, these alone."""
        if user_obj.is_anonymous or not user_obj.is_active or obj is not None:
            return set()
        kinds = user_obj.rights(at=timezone.now())
        own: set[str] = set() if user_obj.rests else super().get_all_permissions(user_obj)
        return own | permissions_of(kinds) if kinds else own


def permissions_of(kinds: frozenset[str]) -> set[str]:
    named = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{name}" for app, name in named if any(fits(kind, app, name) for kind in kinds)}


def fits(kind: str, app: str, codename: str) -> bool:
    """Whether a right of this kind lets one do that."""
    of = StaffRight.Kind
    if kind == of.READ:
        return codename.startswith("view_")
    if kind == of.PEOPLE:
        return f"{app}.{codename}" in ABOUT_PEOPLE
    if kind == of.LISTS:
        return app == "accounts" and codename.partition("_")[2] in LISTS
    return kind == of.ALL
