"""Every address of the site, by app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from marketplace.site import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
if settings.MAIL_VIEWER:
    urlpatterns.append(path("mail/", include("django_mail_viewer.urls")))
