"""Addresses of people and companies; what allauth offers stands below /accounts/ too, after these."""

from django.urls import path

from accounts.views import companies, letters, people, profile, welcoming

app_name = "accounts"
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
    path("people/<slug:public_id>/", people.person, name="person"),
    path("companies/<slug:slug>/", companies.company, name="company"),
    path("companies/<slug:slug>/edit/", companies.edit_company, name="edit_company"),
]
