"""What a page does, a program can do: beside each page of students and employers stands a door, or a reason."""

from django.urls import get_resolver

from tests.api.test_schema import patterns

# Pages and the doors that do the same; a page that only shows what others list is beside those lists.
TWINS = {
    "dashboard": ("payments:api_engagements", "projects:api_my_applications", "projects:api_my_projects"),
    "notices": ("accounts:api_notices",),
    "read_notices": ("accounts:api_notices",),
    "notice": ("accounts:api_notices",),
    "privacy": ("api_copies", "api_deletion"),
    "delete_account": ("api_deletion",),
    "keep_account": ("api_deletion",),
    "ask_for_export": ("api_copies",),
    "export": ("api_copy",),
    "accounts:welcome": ("accounts:api_me",),
    "accounts:welcome_student": ("accounts:api_student",),
    "accounts:welcome_interests": ("accounts:api_student",),
    "accounts:welcome_company": ("accounts:api_companies",),
    "accounts:settings": ("accounts:api_me", "accounts:api_letters"),
    "accounts:profile": ("accounts:api_me",),
    "accounts:student": ("accounts:api_student",),
    "accounts:page": ("accounts:api_page",),
    "accounts:letters": ("accounts:api_letters",),
    "accounts:person": ("accounts:api_person", "projects:api_person_work"),
    "accounts:company": (
        "accounts:api_company",
        "projects:api_company_projects",
        "projects:api_company_work",
    ),
    "accounts:edit_company": ("accounts:api_company",),
    "accounts:company_people": ("accounts:api_members", "accounts:api_invitations"),
    "accounts:change_role": ("accounts:api_member",),
    "accounts:remove_member": ("accounts:api_member",),
    "accounts:leave_company": ("accounts:api_leave_company",),
    "accounts:invite_again": ("accounts:api_sent_invitation",),
    "accounts:take_back_invitation": ("accounts:api_sent_invitation",),
    "accounts:invitation": ("accounts:api_invitation",),
    "accounts:proof": ("accounts:api_proofs", "accounts:api_look_at_site"),
    "projects:list": ("projects:api_projects",),
    "projects:new": ("projects:api_projects",),
    "projects:templates": ("projects:api_templates",),
    "projects:mine": ("projects:api_my_projects",),
    "projects:edit": ("projects:api_draft", "projects:api_changes"),
    "projects:preview": ("projects:api_draft",),
    "projects:withdraw_edit": ("projects:api_changes",),
    "projects:discard": ("projects:api_draft",),
    "projects:ask": ("projects:api_questions",),
    "projects:answer_question": ("projects:api_answer",),
    "projects:withdraw_question": ("projects:api_question",),
    "projects:apply": ("projects:api_applications", "projects:api_waiting"),
    "projects:applicants": ("projects:api_applications",),
    "projects:close_the_rest": ("projects:api_decline_many",),
    "projects:send_message": ("projects:api_messages", "projects:api_messages_read"),
    "projects:ask_again": ("projects:api_ask",),
    "projects:keep_second": ("projects:api_second",),
    "projects:lift_block": ("projects:api_block",),
    "projects:applications": ("projects:api_my_applications",),
    "projects:engagements": ("payments:api_engagements",),
    "projects:engagement": ("payments:api_engagement",),
    "projects:remove_material": ("projects:api_material",),
    "payments:money": ("payments:api_money", "payments:api_money_summary"),
    "payments:engagement_money": ("payments:api_engagement_money", "payments:api_receipt"),
    "payments:receipt": ("payments:api_move_receipt",),
    "payments:object_to_finding": ("payments:api_finding",),
    "payments:appeal": ("payments:api_decision",),
    "payments:checkout_return": ("payments:api_confirm_payment",),
    "payments:agree_to_more_work": ("payments:api_agree_more_work",),
    "payments:more_work_return": ("payments:api_confirm_more_work",),
    "payments:set_up_payee": ("payments:api_payee",),
    "payments:resume_payee": ("payments:api_payee",),
    "payments:paid_for": ("payments:api_pay_for",),
}
BROWSER = "how a browser logs in, and where"
KEYS = "no key makes or ends keys"
STAFF = "staff act in the browser, after their second step"
PAPER = "the paper as a file; the door of its page tells the same in rows"
REASONS = {
    "home": "it tells what the site is",
    "second_signature": "for somebody without an account, by the link of a letter",
    "robots": "for crawlers",
    "sitemap": "for crawlers",
    "manifest": "for browsers",
    "favicon": "for browsers",
    "security": "for whoever finds a weakness",
    "healthz": "for operators",
    "readyz": "for operators",
    "metrics": "for operators",
    "accounts:keys": "the keyboard of pages",
    "accounts:stop_letters": "the link in a letter; who is logged in has accounts:api_letters",
    "accounts:sessions": BROWSER,
    "accounts:google": BROWSER,
    "accounts:google_back": BROWSER,
    "accounts:google_token": BROWSER,
    "accounts:google_connect": BROWSER,
    "accounts:google_again": BROWSER,
    "accounts:api_keys": KEYS,
    "accounts:revoke_key": KEYS,
    "accounts:keep_second_step": "the link in a letter, for somebody who may be logged out",
    "accounts:rights": STAFF,
    "accounts:grant_right": STAFF,
    "accounts:refuse_right": STAFF,
    "accounts:end_right": STAFF,
    "accounts:end_viewing": STAFF,
    "accounts:see_as": STAFF,
    "projects:remove_question": STAFF,
    "projects:lift_pause": STAFF,
    "payments:remove_project": STAFF,
    **{f"payments:{paper}": PAPER for paper in ("earned_file", "paid_file", "receipt_file")},
    "payments:see_payouts": "it leads a person to their own pages at Stripe, to which no key leads",
    "payments:stripe_webhook": "for Stripe",
}

OF_BUILDERS = {"design", "letters", "letter", "letter_as_sent"}  # in a local run alone


def test_every_page_has_a_door_or_a_reason_for_having_none():
    pages, doors = names()
    bare = {page for page in pages - TWINS.keys() - REASONS.keys() if twin_of(page) not in doors}
    assert bare == set(), "build a door beside each of these, or say here why there is none"
    assert (TWINS.keys() | REASONS.keys()) - pages == set(), "gone"
    assert TWINS.keys() & REASONS.keys() == set()
    assert {door for named in TWINS.values() for door in named} - doors == set()


def twin_of(page):
    app, _, name = page.rpartition(":")
    return f"{app}:api_{name}".lstrip(":")


def names():
    """Of pages and of doors, as `reverse` takes them."""
    pages, doors = set(), set()
    for pattern in get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns") and getattr(pattern, "app_name", None) in {None, "admin"}:
            continue  # allauth and the administration
        app = f"{pattern.app_name}:" if hasattr(pattern, "url_patterns") else ""
        for one in patterns([pattern]):
            if app or not str(one.pattern).startswith(
                ("accounts/email", "accounts/password", "accounts/2fa")
            ):
                (doors if "api/v1/" in str(one.pattern) else pages).add(app + one.name)
    return pages - {"api_schema", "api_docs", *OF_BUILDERS}, doors
