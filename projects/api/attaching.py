"""Doors of files: beside a draft, in a workroom, and to download."""

from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import READING, Door, Given, operation
from projects import attaching
from projects.api.drafts import OwnProjectSerializer
from projects.api.posting import own
from projects.http import handed_out
from projects.models import MaterialFile, Project, SubmissionFile
from projects.models.projects import MAX_MATERIAL_FILES

FILE = "application/octet-stream"


def download(seen: Any, public_id: str) -> FileResponse:
    """As bytes, whatever its giver said that it is."""
    response = handed_out(get_object_or_404(seen, public_id=public_id))
    response["Content-Type"] = FILE
    return response


class MaterialsSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(max_length=150), max_length=MAX_MATERIAL_FILES)


class Materials(Door):
    scope = "post"
    parser_classes = (MultiPartParser,)

    @operation("materials_attach", takes=MaterialsSerializer, gives=OwnProjectSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Project:
        """Put files beside a draft; everybody who sees the project can download them."""
        project, said = own(request, public_id), given()
        attaching.attach(project, said["files"], by=request.user, at=timezone.now())
        return own(request, public_id)


class OneMaterial(Door):
    open_to_all = READING
    scope = "post"

    @extend_schema(operation_id="materials_download", responses={(200, FILE): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, public_id: str) -> FileResponse:
        """A file that a company handed over, or that stands beside its project."""
        return download(MaterialFile.objects.visible_to(request.user), public_id)

    @operation("materials_detach")
    def delete(self, request: ApiRequest, public_id: str) -> None:
        """Take a file away that stands beside a draft."""
        seen = MaterialFile.objects.visible_to(request.user).filter(project__isnull=False)
        file = get_object_or_404(seen.select_related("project__company"), public_id=public_id)
        attaching.detach(file, by=request.user)


class WorkFile(Door):
    @extend_schema(operation_id="files_download", responses={(200, FILE): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, public_id: str) -> FileResponse:
        """A private file of a submission."""
        return download(SubmissionFile.objects.visible_to(request.user), public_id)
