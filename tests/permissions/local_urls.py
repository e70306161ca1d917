"""Every address that an installation can have: those of the site, and the mail viewer of a local run."""

from marketplace.urls import handler400, handler403, handler404, handler500, mail_viewer  # noqa: F401
from marketplace.urls import urlpatterns as everywhere

urlpatterns = [*everywhere, *mail_viewer]
