"""Addresses of people and companies; what allauth offers stands below /accounts/ too, after these."""

from django.urls import path

from accounts.api import companies as company_doors
from accounts.api import people as doors
from accounts.api import proving as proof_doors
from accounts.api import schema as schema  # tells the OpenAPI document of keys
from accounts.views import (
    api_keys,
    companies,
    google,
    letters,
    people,
    profile,
    proving,
    resetting,
    rights,
    staff,
    welcoming,
)

app_name = "accounts"
COMPANY = "companies/<slug:slug>"
urlpatterns = [
    path("accounts/welcome/", welcoming.introduce, name="welcome"),
    path("accounts/welcome/student/", welcoming.tell_school, name="welcome_student"),
    path("accounts/welcome/student/interests/", welcoming.tell_interests, name="welcome_interests"),
    path("accounts/welcome/company/", welcoming.tell_company, name="welcome_company"),
    path("accounts/settings/", profile.settings, name="settings"),
    path("accounts/profile/", profile.edit_profile, name="profile"),
    path("accounts/profile/student/", profile.edit_student, name="student"),
    path("accounts/profile/page/", people.edit_page, name="page"),
    path("accounts/keys/", profile.choose_keys, name="keys"),
    path("accounts/letters/", letters.choose_letters, name="letters"),
    path("letters/stop/<str:token>/", letters.stop_letters, name="stop_letters"),
    path("accounts/sessions/", profile.sessions, name="sessions"),  # before allauth's, which asks per session
    path("accounts/google/login/", google.log_in, name="google"),  # these three before allauth's
    path("accounts/google/login/callback/", google.callback, name="google_back"),
    path("accounts/google/login/token/", google.nowhere, name="google_token"),
    path("accounts/google/connect/", google.connect, name="google_connect"),
    path("accounts/google/again/", google.again, name="google_again"),
    path("accounts/api-keys/", api_keys.api_keys, name="api_keys"),
    path("accounts/api-keys/<slug:public_id>/revoke/", api_keys.revoke_key, name="revoke_key"),
    path("accounts/rights/", rights.rights, name="rights"),
    *(
        path(
            f"accounts/rights/<slug:public_id>/{answer}/",
            rights.answer_right,
            {"answer": answer},
            f"{answer}_right",
        )
        for answer in ("grant", "refuse", "end")
    ),
    path("accounts/viewing/end/", rights.end_viewing, name="end_viewing"),
    path("accounts/second-step/keep/<str:token>/", resetting.keep_second_step, name="keep_second_step"),
    path("people/<slug:public_id>/see-as/", rights.see_as, name="see_as"),
    path("people/<slug:public_id>/", people.person, name="person"),
    path("companies/<slug:slug>/", companies.company, name="company"),
    path("invitations/<str:token>/", staff.invitation, name="invitation"),
    path(f"{COMPANY}/people/", staff.people, name="company_people"),
    path(f"{COMPANY}/people/<int:pk>/role/", staff.change_role, name="change_role"),
    path(f"{COMPANY}/people/<int:pk>/remove/", staff.remove_member, name="remove_member"),
    path(f"{COMPANY}/leave/", staff.leave, name="leave_company"),
    path(f"{COMPANY}/invitations/<slug:public_id>/again/", staff.send_again, name="invite_again"),
    path(f"{COMPANY}/invitations/<slug:public_id>/revoke/", staff.take_back, name="take_back_invitation"),
    path(f"{COMPANY}/proof/", proving.proof, name="proof"),
    path("companies/<slug:slug>/edit/", companies.edit_company, name="edit_company"),
    *(
        path(f"api/v1/{where}/", door.as_view(), name=f"api_{name}")
        for where, name, door in (
            ("me", "me", doors.Me),
            ("me/student", "student", doors.Student),
            ("me/page", "page", doors.MyPage),
            ("me/letters", "letters", doors.Letters),
            ("me/notices", "notices", doors.Notices),
            ("lists/<slug:kind>", "terms", doors.Terms),
            ("people/<slug:public_id>", "person", doors.Person),
            ("companies", "companies", company_doors.Companies),
            (COMPANY, "company", company_doors.OneCompany),
            (f"{COMPANY}/people", "members", company_doors.Members),
            (f"{COMPANY}/people/<int:pk>", "member", company_doors.OneMember),
            (f"{COMPANY}/leave", "leave_company", company_doors.Leave),
            (f"{COMPANY}/proofs", "proofs", proof_doors.Proofs),
            (f"{COMPANY}/proofs/<slug:public_id>/look", "look_at_site", proof_doors.LookAtSite),
            (f"{COMPANY}/invitations", "invitations", company_doors.Invitations),
            (f"{COMPANY}/invitations/<slug:public_id>", "sent_invitation", company_doors.OneInvitation),
            ("invitations/<str:token>", "invitation", company_doors.Invited),
        )
    ),
]
