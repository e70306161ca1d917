"""What the administration meets."""

from tests.site.every_page.acts import sends_empty, sent_empty
from tests.site.every_page.stops import seen_by

MODELS = {
    "accounts": {
        "user": "maya",
        "company": "company",
        "studentprofile": "profile",
        "school": "school",
        "skill": "skill",
        "industry": "industry",
        "jobrole": "role",
    },
    "payments": {
        "hold": "approved_hold",
        "paymentrequest": "request",
        "operation": "operation",
        "payee": "payee",
        "stripeevent": "event",
        "alarm": "alarm",
    },
    "auth": {"group": "group"},
    "account": {"emailaddress": "address"},
}
decides_nothing = sends_empty("form[action$='/decide/']")
TERMS = ("skill", "industry", "jobrole")

MODERATORS = [
    *seen_by(
        "moderator",
        "dashboard",
        "admin:index",
        "admin:projects_project_changelist",
        "admin:projects_project_changelist?state=all",
        ("admin:projects_project_change", "odd"),
        ("admin:projects_project_change", "odd", sent_empty, "admin:projects_project_refuse", 422),
        ("admin:projects_project_change", "open"),
        "admin:projects_projectedit_changelist",
        ("admin:projects_projectedit_change", "edit"),
        ("admin:projects_projectedit_change", "edit", sent_empty, "admin:projects_projectedit_refuse", 422),
        ("admin:projects_projectedit_change", "refused_edit"),
        ("payments:remove_project", "open"),
        ("payments:remove_project", "open", sent_empty, 422),
        ("projects:lift_pause", "silent_company"),
        ("projects:lift_pause", "silent_company", sent_empty, 422),
        ("projects:lift_pause", "company"),
        ("accounts:company", "silent_company"),
        ("projects:remove_question", "open_question"),
        ("projects:remove_question", "open_question", sent_empty, 422),
        ("projects:project", "talked_of"),
        "admin:projects_publicquestion_changelist",
        ("admin:projects_publicquestion_change", "open_question"),
        "admin:desk",
        "admin:desk?kind=project",
        ("admin:desk_case", "odd_case"),
        ("admin:desk_case", "odd_case", decides_nothing, "admin:desk_decide", 422),
        ("admin:desk_case", "edit_case"),
        ("admin:desk_case", "number_case"),
        ("admin:desk_case", "report_case"),
        "admin:kernel_auditentry_changelist",
        ("admin:kernel_auditentry_change", "act"),
        ("admin:app_list", "projects"),
        ("projects:applicants", "open"),
        ("projects:engagement", "changes_asked"),
    ),
    *seen_by(
        "chief",
        "admin:index",
        "admin:password_change",
        "admin:password_change_done",
        *(f"admin:{app}_{model}_changelist" for app in MODELS for model in MODELS[app]),
        *((f"admin:{app}_{model}_change", row) for app in MODELS for model, row in MODELS[app].items()),
        *(f"admin:accounts_{model}_add" for model in TERMS),
        "admin:accounts_school_add",
        ("admin:accounts_school_add", sent_empty),
        ("admin:accounts_skill_add", sent_empty),
        ("admin:accounts_skill_delete", "skill"),
        ("admin:projects_project_history", "odd"),
        "admin:auth_group_add",
        "admin:account_emailaddress_add",
    ),
]
