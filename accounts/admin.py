"""People, companies and word lists in the administration: mostly to read."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.models import (
    Company,
    Industry,
    JobRole,
    Membership,
    School,
    SchoolDomain,
    Skill,
    StudentProfile,
    User,
)

Fields = list[str] | tuple[str, ...]
LINKS = ("see_as", "lost_second_step")
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class NothingAddedOrDeleted(admin.ModelAdmin):
    """Rows that come from what people do: rules write them, and nothing here removes them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NothingAddedOrDeleted):
    """Rows to look at."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Memberships(admin.TabularInline):
    """Who acts for a company, or for which companies a person acts."""

    model = Membership
    extra = 0
    can_delete = False
    fields = readonly_fields = ("user", "company", "role", "joined_at", "left_at")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "company")


@admin.register(User)
class UserAdmin(NothingAddedOrDeleted):
    """Staff may close and open accounts; only a superuser touches staff or gives powers."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name", "public_id")
    ordering = ("-joined_at",)
    fields = (
        *("email", "name", "public_id", "time_zone", "is_active", "joined_at", "last_login", *LINKS),
        *POWERS,
    )
    inlines = (Memberships,)
    kept: Fields = ("email", "name", "public_id", "time_zone", "joined_at", "last_login", *LINKS)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Fields:
        if request.user.is_superuser and request.user.has_right("all", at=timezone.now()):
            return self.kept
        untouchable = obj is not None and (obj.is_staff or obj.is_superuser)
        return (*self.kept, *POWERS, *(("is_active",) if untouchable else ()))

    @admin.display(description="seen by them")
    def see_as(self, user: User) -> str:
        address = reverse("accounts:see_as", args=[user.public_id])
        return format_html('<a href="{}">See the site as this person</a>', address)

    @admin.display(description="second step")
    def lost_second_step(self, user: User) -> str:
        address = reverse("admin:desk_second_step", args=[user.public_id])
        return format_html('<a href="{}">They lost it: have it taken off</a>', address)


@admin.register(Company)
class CompanyAdmin(NothingAddedOrDeleted):
    """A name, a site or a text may be corrected; the proof comes from the rule that checks it."""

    list_display = ("name", "industry", "country", "website", "proven_at", "created_at")
    list_select_related = ("industry",)
    list_filter = ("industry", ("proven_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "public_id", "website")
    ordering = ("-created_at",)
    fields = (
        "name",
        "slug",
        "public_id",
        "website",
        "about",
        "industry",
        "country",
        "time_zone",
        "proven_at",
        "created_at",
    )
    readonly_fields = ("slug", "public_id", "proven_at", "created_at")
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    inlines = (Memberships,)


@admin.register(StudentProfile)
class StudentProfileAdmin(ReadOnly):
    """What a student told."""

    list_display = ("user", "school", "country", "hours_a_week", "joined_on")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "school")
    ordering = ("-joined_on", "-pk")


class Domains(admin.StackedInline):
    """The domains of a school; those below them count too."""

    model = SchoolDomain
    extra = 1


@admin.register(School)
class SchoolAdmin(admin.ModelAdmin):
    """Whoever has a verified address in one of its domains is known to be of the school."""

    list_display = ("name",)
    search_fields = ("name", "domains__domain")
    ordering = ("name",)
    inlines = (Domains,)


@admin.register(Skill, Industry, JobRole)
class TermAdmin(admin.ModelAdmin):
    """A word may be added; its slug stands in addresses and stays."""

    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Fields:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)
