"""Every address of the site, by app."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from accounts.http.proving import asks_again
from accounts.views.second_step import sign_up_by_passkey
from marketplace.site import api_docs, crawlers, dashboard, health, letters, metrics, notices, views
from marketplace.site.privacy import api as privacy_doors
from marketplace.site.privacy import views as privacy
from marketplace.site.second import views as second

# One log-in for everybody, with its limits; what allauth registers shows secrets, or fails on a search; and
# the double box in which Django offers a group's powers cannot be used by everybody.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
SOCIAL = (SocialAccount, SocialApp, SocialToken)
admin.site.unregister(
    [model for model in (Authenticator, UserSession, Group, *SOCIAL) if admin.site.is_registered(model)]
)
admin.site.register(Group, search_fields=("name",), ordering=("name",))

# allauth takes whoever has neither password nor second step at their word; here Google is asked again.
with_asking_again = [
    path(f"accounts/{where}/", asks_again(when=when)(view), name=name)
    for where, view, name, when in (
        ("email", account.email, "account_email", lambda request: request.method == "POST"),
        ("password/set", account.password_set, "account_set_password", bool),
        ("2fa/totp/activate", totp.activate_totp, "mfa_activate_totp", bool),
        ("2fa/webauthn/add", webauthn.add_webauthn, "mfa_add_webauthn", bool),
    )
]
urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("accounts/data/", privacy.privacy, name="privacy"),
    path("accounts/data/delete/", privacy.delete_account, name="delete_account"),
    path("accounts/data/keep/", privacy.keep_account, name="keep_account"),
    path("accounts/data/copy/", privacy.ask_for_export, name="ask_for_export"),
    path("accounts/data/copy/<slug:public_id>/", privacy.export, name="export"),
    path("second/<str:token>/", second.second_signature, name="second_signature"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("site.webmanifest", crawlers.manifest, name="manifest"),
    path("favicon.ico", crawlers.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path(".well-known/security.txt", crawlers.security, name="security"),
    path("", include("accounts.urls")),
    path("", include("projects.urls")),
    path("", include("payments.urls")),
    *with_asking_again,
    path("accounts/2fa/webauthn/signup/", sign_up_by_passkey, name="mfa_signup_webauthn"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/me/copies/", privacy_doors.Copies.as_view(), name="api_copies"),
    path("api/v1/me/copies/<slug:public_id>/", privacy_doors.OneCopy.as_view(), name="api_copy"),
    path("api/v1/me/deletion/", privacy_doors.MyDeletion.as_view(), name="api_deletion"),
    path("api/schema/", api_docs.schema, name="api_schema"),
    path("api/docs/", api_docs.docs, name="api_docs"),
    path("admin/", admin.site.urls),
]
handler400 = "marketplace.site.failing.bad_request"
handler403 = "marketplace.site.failing.permission_denied"
handler404 = "marketplace.site.failing.page_not_found"
handler500 = "marketplace.site.failing.server_error"
if not settings.PRODUCTION:
    urlpatterns.append(path("design/", views.design, name="design"))
mail_viewer = [
    path("mail/", letters.letters, name="letters"),
    path("mail/<path:letter_id>/as-sent/", letters.letter_as_sent, name="letter_as_sent"),
    path("mail/<path:letter_id>/", letters.letter, name="letter"),
]
if settings.MAIL_VIEWER:
    urlpatterns += mail_viewer
