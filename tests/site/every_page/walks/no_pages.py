"""Addresses that show no page, and why."""

NO_PAGES = {
    "an answer for machines": [
        *("api_schema", "robots", "sitemap", "manifest", "favicon"),
        *("api_copies", "api_copy", "api_deletion"),
        *("healthz", "readyz", "metrics", "security", "admin:jsi18n", "admin:autocomplete"),
    ],
    "a download": [
        *("projects:file", "projects:material", "mfa_download_recovery_codes", "export"),
        *("payments:receipt_file", "payments:earned_file", "payments:paid_file"),
    ],
    "leads elsewhere at once": [
        "notice",
        "payments:resume_payee",
        "admin:view_on_site",
        "admin:login",
        "mfa_login_webauthn",
    ],
    "there is nothing without the keys of Google": [
        *("accounts:google_back", "accounts:google_token", "google_login", "google_callback"),
        *("google_login_by_token", "socialaccount_signup"),
    ],
    "opens only with a passkey, see test_passkeys": ["mfa_reauthenticate_webauthn", "mfa_signup_webauthn"],
    "stands behind our own page at its address": ["usersessions_list"],
}
ONLY_POSTED = {
    "accounts:revoke_key": ["a-key"],
    "accounts:leave_company": ["a-company"],
    **{f"accounts:{act}": ["a-company", 1] for act in ("change_role", "remove_member")},
    **{f"accounts:{act}": ["a-company", "one"] for act in ("invite_again", "take_back_invitation")},
    "read_notices": [],
    "ask_for_export": [],
    "keep_account": [],
    "accounts:end_viewing": [],
    **{f"accounts:{answer}_right": ["a-right"] for answer in ("grant", "refuse", "end")},
    "accounts:google": [],
    "accounts:google_connect": [],
    "accounts:keys": [],
    "projects:lift_block": [1],
    "admin:logout": [],
    **{f"admin:desk_{act}": [] for act in ("next", "many")},
    **{f"admin:desk_{act}": ["a-case"] for act in ("take", "put_off")},
    "admin:payments_alarm_acknowledge": [1],
    "admin:payments_chargeback_evidence": ["du_1"],
    "admin:payments_paid_otherwise": ["00000000-0000-7000-8000-000000000000"],
    "admin:payments_reconciliationrun_compare": [],
    "admin:projects_project_pass": [1],
    "admin:projects_projectedit_pass": [1],
    "payments:stripe_webhook": ["platform"],
    "payments:see_payouts": [],
    "admin:payments_handle": ["11111111-1111-4111-8111-111111111111", "try"],
    "projects:remove_material": ["a-file"],
    **{
        f"payments:{act}": ["some-work"]
        for act in ("decline_offer", "withdraw_offer", "take_back_request", "ask_for_materials")
    },
    **{f"payments:{act}": ["some-work", 1] for act in ("approve_work", "undo_approval")},
    **{f"payments:{act}_more_work": ["some-work", 1] for act in ("agree_to", "decline", "withdraw")},
    "payments:take_back_request_for_work": ["some-work", 1],
    **{
        f"projects:{act}": ["a-project"]
        for act in (
            "close",
            "close_the_rest",
            "discard",
            "duplicate",
            "pause",
            "resume",
            "send",
            "withdraw_edit",
        )
    },
    **{
        f"projects:{act}": ["an-application"]
        for act in (
            *("shortlist", "withdraw", "keep_second", "ask_again", "agree", "refuse"),
            *("withdraw_question", "leave_list"),
        )
    },
}
