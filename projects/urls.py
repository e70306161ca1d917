"""Addresses of projects, applications and work, pages and API alike."""

from django.urls import path

from projects.api import applying as bids
from projects.api import asking as talk
from projects.api import attaching as files
from projects.api import finding, showing
from projects.api import messaging as letters
from projects.api import posting as drafts
from projects.api import reporting as reports
from projects.api import selecting as choice
from projects.views import (
    applying,
    asking,
    attaching,
    browsing,
    editing,
    messaging,
    opening,
    pausing,
    posting,
    reporting,
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
    path("report/<slug:kind>/<slug:key>/", reporting.report, name="report"),
    path("accounts/blocks/", reporting.blocks, name="blocks"),
    path("accounts/blocks/<int:pk>/lift/", reporting.lift, name="lift_block"),
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
    path("engagements/<slug:public_id>/messages/", messaging.send, name="send_message"),
    path("files/<slug:public_id>/", working.file, name="file"),
    path("materials/<slug:public_id>/", working.material, name="material"),
    path("materials/<slug:public_id>/remove/", attaching.remove_material, name="remove_material"),
    path(f"{API}/templates/", finding.Templates.as_view(), name="api_templates"),
    path(f"{API}/templates/<slug:key>/", finding.OneTemplate.as_view(), name="api_template"),
    path(f"{API}/projects/", finding.Projects.as_view(), name="api_projects"),
    path(f"{API}/projects/mine/", finding.MyProjects.as_view(), name="api_my_projects"),
    path(f"{API}/{PROJECT}/", finding.OneProject.as_view(), name="api_project"),
    *(
        path(f"{API}/{PROJECT}/{act}/", door.as_view(), name=f"api_{act.replace('-', '_')}")
        for act, door in (
            ("draft", drafts.DraftOfProject),
            ("send", drafts.Send),
            ("pause", drafts.Pause),
            ("resume", drafts.Resume),
            ("close", drafts.Close),
            ("open-again", drafts.OpenAgain),
            ("duplicate", drafts.Duplicate),
            ("changes", drafts.Changes),
            ("materials", files.Materials),
            ("questions", talk.Questions),
            ("waiting", bids.Waitings),
            ("applications", choice.ProjectApplications),
        )
    ),
    path(f"{API}/{PROJECT}/applications/decline/", choice.DeclineMany.as_view(), name="api_decline_many"),
    path(f"{API}/questions/<slug:public_id>/", talk.OneQuestion.as_view(), name="api_question"),
    path(f"{API}/questions/<slug:public_id>/answer/", talk.Answer.as_view(), name="api_answer"),
    path(
        f"{API}/questions/<slug:public_id>/decline/",
        talk.LeaveUnanswered.as_view(),
        name="api_decline_question",
    ),
    path(f"{API}/waiting/", bids.MyWaitings.as_view(), name="api_my_waiting"),
    path(f"{API}/waiting/<slug:public_id>/", bids.OneWaiting.as_view(), name="api_leave_list"),
    path(f"{API}/applications/", bids.MyApplications.as_view(), name="api_my_applications"),
    path(f"{API}/applications/<slug:public_id>/", bids.OneApplication.as_view(), name="api_application"),
    *(
        path(f"{API}/applications/<slug:public_id>/{act}/", door.as_view(), name=f"api_{act}")
        for act, door in (
            ("withdraw", bids.Withdraw),
            ("agree", bids.Agree),
            ("refuse", bids.Refuse),
            ("shortlist", choice.Shortlist),
            ("second", choice.KeepSecond),
            ("ask", choice.AskAgain),
            ("decline", choice.Decline),
        )
    ),
    path(f"{API}/engagements/<slug:public_id>/messages/", letters.Messages.as_view(), name="api_messages"),
    path(
        f"{API}/engagements/<slug:public_id>/messages/read/",
        letters.MessagesRead.as_view(),
        name="api_messages_read",
    ),
    path(f"{API}/materials/<slug:public_id>/", files.OneMaterial.as_view(), name="api_material"),
    *(
        path(f"{API}/{where}/", door.as_view(), name=f"api_{name}")
        for where, name, door in (
            ("companies/<slug:slug>/projects", "company_projects", showing.CompanyProjects),
            ("companies/<slug:slug>/work", "company_work", showing.CompanyWork),
            ("people/<slug:public_id>/work", "person_work", showing.PersonWork),
            ("reports/<slug:kind>/<slug:key>", "report", reports.Reports),
            ("me/blocks", "blocks", reports.Blocks),
            ("me/blocks/<int:pk>", "block", reports.OneBlock),
        )
    ),
    path(f"{API}/files/<slug:public_id>/", files.WorkFile.as_view(), name="api_file"),
]
