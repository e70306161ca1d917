"""Doors of a person's own data: a copy of everything, and the end of the account. No key opens what matters here."""

from typing import Any

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from accounts.api.doors import ProvenDoor
from accounts.http import ApiRequest, end_other_sessions
from accounts.models import DataExport, User
from marketplace.kernel.api.doors import READING, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from marketplace.site.privacy import deleting, exporting
from marketplace.site.privacy.obstacles import obstacles_of
from marketplace.site.privacy.views import handed_out

ZIP = "application/zip"


class CopySerializer(serializers.ModelSerializer[DataExport]):
    """A copy of everything about you, and how far it is: it is there from `made_at` until `expires_at`."""

    class Meta:
        model = DataExport
        fields = (
            *("public_id", "asked_at", "parts", "parts_made", "made_at", "failed_at"),
            *("expires_at", "size_bytes"),
        )
        read_only_fields = fields


class Copies(ProvenDoor):
    scope = "account"

    @operation("copies_list", gives=pages_of(CopySerializer, "CopyPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """The copies of your data that you asked for, newest first."""
        return newest_page(request, DataExport.objects.visible_to(request.user), by="asked_at")

    @operation("copies_ask", gives=CopySerializer, status=201)
    def post(self, request: ApiRequest) -> DataExport:
        """Have a copy of everything about you made."""
        return exporting.ask_for_export(request.user, at=timezone.now())


class OneCopy(ProvenDoor):
    scope = "account"
    proven = READING

    @extend_schema(operation_id="copies_download", responses={(200, ZIP): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, public_id: str) -> FileResponse:
        """The ZIP, while it is there."""
        return handed_out(request.user, public_id, at=timezone.now())


class DeletionSerializer(serializers.Serializer[User]):
    """Whether you leave and when, and otherwise what stands in the way, each in a sentence."""

    leaves_at = serializers.DateTimeField(allow_null=True, read_only=True)
    obstacles = serializers.SerializerMethodField()

    def get_obstacles(self, user: User) -> list[str]:
        return [] if user.is_leaving else obstacles_of(user)


class MyDeletion(ProvenDoor):
    """Taking it back asks for no proof: it only keeps what is there."""

    scope = "account"
    proven = ("POST",)

    @operation("deletion_retrieve", gives=DeletionSerializer)
    def get(self, request: ApiRequest) -> User:
        """Whether your account ends, or what stands in the way of that."""
        return request.user

    @operation("deletion_ask", gives=DeletionSerializer, status=201)
    def post(self, request: ApiRequest) -> User:
        """End your account some days from now. Every other session ends at once, and keys open nothing."""
        deleting.ask_for_deletion(request.user, at=timezone.now())
        end_other_sessions(request._request)
        return User.objects.get(pk=request.user.pk)

    @operation("deletion_take_back")
    def delete(self, request: ApiRequest) -> None:
        """Your account stays."""
        deleting.keep_account(request.user, at=timezone.now())
