"""Every address that an installation can have: those of the site, and the mail viewer of a local run."""

from marketplace.urls import mail_viewer
from marketplace.urls import urlpatterns as everywhere

urlpatterns = [*everywhere, *mail_viewer]
