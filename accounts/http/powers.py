"""What staff may do in the administration: an administrator's powers, and the rights that hold for hours."""

from django.contrib.auth.models import Permission

from accounts.models import StaffRight

ABOUT_PEOPLE = (
    *("accounts.view_user", "accounts.change_user", "accounts.view_company", "accounts.change_company"),
    "accounts.view_studentprofile",
)
LISTS = ("skill", "industry", "jobrole", "school", "schooldomain")


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
