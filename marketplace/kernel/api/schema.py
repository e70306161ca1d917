"""What the OpenAPI document says of every door alike: keys and their scopes, problems, limits, one-time keys."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from marketplace.kernel.api.doors import Door
from marketplace.kernel.api.problems import KIND


class ProblemSerializer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stays the same when words change.")
    detail = serializers.CharField(required=False, help_text="A sentence for the person.")
    errors: Any = serializers.DictField(
        required=False, help_text="By field, what is wrong with what was sent."
    )


SAYS = {
    400: "What was sent is malformed, or fields need a correction.",
    401: "Log in, or send a key that is valid.",
    403: "You may see this and not do it, or the key has not the scope.",
    404: "There is no such thing, or it is not yours to see.",
    409: "The rules forbid this now, or it changed since you saw it.",
    413: "Too much was sent.",
    415: "The kind of what was sent is not taken here.",
    422: "The Idempotency-Key was used for another request.",
    429: "Too many requests in this minute; `Retry-After` says for how many seconds to wait.",
}


class DoorSchema(AutoSchema):
    """Describes doors."""

    view: Any

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        described = super().get_operation(*args, **kwargs)
        if described is not None and isinstance(self.view, Door):
            for status in self.problems(described):
                described["responses"].setdefault(str(status), self.problem(status))
        return described

    def problems(self, described: dict[str, Any]) -> list[int]:
        """What this door may answer beside what it gives."""
        takes = "requestBody" in described
        spoken = takes or any(one["in"] == "query" for one in described.get("parameters", ()))
        found = [400] * spoken + [401, 403] + [404] * ("{" in self.path or self.view.may_lack)
        if self.method != "GET":
            found += [409] + [413, 415] * takes + [400, 422] * (self.method == "POST")
        return [*found, 429]

    def problem(self, status: int) -> dict[str, Any]:
        reference = self.resolve_serializer(ProblemSerializer, "response").ref
        return {"description": SAYS[status], "content": {KIND: {"schema": reference}}}

    def get_auth(self) -> list[dict[str, Any]]:
        """The key with its scope, the session of a browser, and nothing where visitors may come in."""
        found = super().get_auth()
        if not isinstance(self.view, Door):
            return found
        scope = self.view.scope_of(self.method)
        named = [{"key": [scope]} if "key" in one else one for one in found]
        return [*named, {}] if self.method in self.view.open_to_all and {} not in named else named

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        if self.method == "POST" and isinstance(self.view, Door) and self.view.keeps:
            found.append(IDEMPOTENCY_KEY)
        return found


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Of your own making, such as a random UUID. The same request under the same key is done once; "
    "for 24 hours its answer is given again.",
)


def share_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Each problem is written down once, among the components; every door points there."""
    shared: dict[str, Any] = {}
    for path in result["paths"].values():
        for described in path.values():
            for status, response in described["responses"].items():
                if KIND in response.get("content", {}):
                    shared[f"Problem{status}"] = response
                    described["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result
