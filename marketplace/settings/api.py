"""The API, its keys and limits, and the document that describes it."""

from marketplace.settings.running import TRUSTED_PROXIES, env
from marketplace.settings.site import SITE_NAME

API_KEYS: int = env.number("API_KEYS", 20, least=1)  # live ones of a person
API_KEY_DAYS: tuple[int, ...] = (30, 90, 365)  # to choose from; none lives for ever
API_ADDRESS_A_MINUTE: int = env.number("API_ADDRESS_A_MINUTE", 60, least=1)  # requests of visitors
API_PERSON_A_MINUTE: int = env.number("API_PERSON_A_MINUTE", 600, least=1)
API_KEY_A_MINUTE: int = env.number("API_KEY_A_MINUTE", 300, least=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [  # the first says how to ask again: 401 and not 403
        "accounts.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.kernel.api.documents.DocumentParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "marketplace.kernel.api.documents.OneKind",
    "DEFAULT_THROTTLE_CLASSES": ["marketplace.kernel.api.throttles.ByTheMinute"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "marketplace.kernel.api.schema.DoorSchema",
    "EXCEPTION_HANDLER": "marketplace.kernel.api.problems.problem",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
    "SCHEMA_COERCE_PATH_PK": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Every step of the pages, by the same rules. Times are in UTC, amounts in cents.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "marketplace.kernel.api.schema.share_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProjectStatus": "projects.models.Project.Status",
        "ApplicationStatus": "projects.models.Application.Status",
        "ChangeStatus": "projects.models.ProjectEdit.Status",
        "QuestionStatus": "projects.models.PublicQuestion.Status",
        "EngagementStatus": "projects.models.Engagement.Status",
        "DeliverableStatus": "projects.models.Deliverable.Status",
        "HoldStatus": "payments.models.Hold.Status",
        "DecisionStatus": "accounts.models.Sanction.Status",
        "DeclineReason": "projects.forms.selecting.REASONS",
        "NotAnsweredReason": "projects.models.PublicQuestion.DeclineReason",
        "CancelReason": "projects.models.Project.CancelReason",
        "Eligibility": "accounts.models.Eligibility",
        "InvitationStatus": "accounts.models.Invitation.Status",
        "HowToTell": "marketplace.kernel.models.How",
    },
}
