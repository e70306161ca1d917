"""Addresses of projects, applications and work, pages and API alike."""

from django.urls import path

from projects import api
from projects.views import (
    applying,
    asking,
    attaching,
    browsing,
    editing,
    opening,
    pausing,
    posting,
    selecting,
    starting,
    working,
)

app_name = "projects"

PROJECT = "projects/<slug:public_id>"
API = "api/v1"

urlpatterns = [
    path("projects/", browsing.project_list, name="list"),
    path("projects/new/", starting.new, name="new"),
    path("projects/templates/", starting.gallery, name="templates"),
    path("projects/templates/<slug:key>/", starting.template, name="template"),
    path("projects/mine/", posting.mine, name="mine"),
    path(f"{PROJECT}/", browsing.project, name="project"),
    path(f"{PROJECT}/edit/", posting.edit, name="edit"),
    path(f"{PROJECT}/materials/", attaching.materials, name="materials"),
    path(f"{PROJECT}/edit/withdraw/", editing.withdraw_edit, name="withdraw_edit"),
    path(f"{PROJECT}/summary/", posting.preview, name="preview"),
    path(f"{PROJECT}/send/", posting.send, name="send"),
    path(f"{PROJECT}/pause/", posting.pause, name="pause"),
    path(f"{PROJECT}/resume/", posting.resume, name="resume"),
    path(f"{PROJECT}/close/", posting.close_early, name="close"),
    path(f"{PROJECT}/open-again/", opening.open_again, name="open_again"),
    path(f"{PROJECT}/duplicate/", posting.duplicate, name="duplicate"),
    path(f"{PROJECT}/discard/", posting.discard, name="discard"),
    path(f"{PROJECT}/questions/", asking.ask, name="ask"),
    path("questions/<slug:public_id>/answer/", asking.answer, name="answer_question"),
    path("questions/<slug:public_id>/decline/", asking.decline, name="decline_question"),
    path("questions/<slug:public_id>/remove/", asking.remove, name="remove_question"),
    path("questions/<slug:public_id>/withdraw/", asking.withdraw, name="withdraw_question"),
    path(f"{PROJECT}/apply/", applying.apply, name="apply"),
    path(f"{PROJECT}/applicants/", selecting.applicants, name="applicants"),
    path(f"{PROJECT}/applicants/decline/", selecting.decline_many, name="decline_many"),
    path(f"{PROJECT}/applicants/close/", selecting.close_the_rest, name="close_the_rest"),
    path("companies/<slug:slug>/pause/", pausing.lift, name="lift_pause"),
    path("applications/", applying.applications, name="applications"),
    path("waiting/<slug:public_id>/leave/", applying.leave_list, name="leave_list"),
    path("applications/<slug:public_id>/", applying.application, name="application"),
    path("applications/<slug:public_id>/withdraw/", applying.withdraw, name="withdraw"),
    path("applications/<slug:public_id>/shortlist/", selecting.shortlist, name="shortlist"),
    path("applications/<slug:public_id>/decline/", selecting.decline, name="decline"),
    path("applications/<slug:public_id>/second/", selecting.keep_second, name="keep_second"),
    path("applications/<slug:public_id>/ask/", selecting.ask_again, name="ask_again"),
    path("applications/<slug:public_id>/agree/", applying.agree, name="agree"),
    path("applications/<slug:public_id>/refuse/", applying.refuse, name="refuse"),
    path("engagements/", working.engagements, name="engagements"),
    path("engagements/<slug:public_id>/", working.engagement, name="engagement"),
    path("files/<slug:public_id>/", working.file, name="file"),
    path("materials/<slug:public_id>/", working.material, name="material"),
    path("materials/<slug:public_id>/remove/", attaching.remove_material, name="remove_material"),
    path(f"{API}/projects/", api.ProjectList.as_view(), name="api_list"),
    path(f"{API}/projects/<slug:public_id>/", api.ProjectDetail.as_view(), name="api_project"),
    path(
        f"{API}/projects/<slug:public_id>/applications/", api.ProjectApplications.as_view(), name="api_apply"
    ),
]
