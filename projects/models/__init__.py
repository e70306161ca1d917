"""What people do together: projects, applications, engagements, deliverables and what is handed in."""

from projects.models.applications import Application, ApplicationTransition
from projects.models.deadlines import Deadline
from projects.models.deliverables import Deliverable, DeliverableTransition
from projects.models.edits import ProjectEdit, ProjectEditTransition
from projects.models.engagements import Engagement, EngagementTransition
from projects.models.flags import Flag, FlagTransition
from projects.models.materials import MaterialFile, PromisedMaterial
from projects.models.messages import Message, Reading
from projects.models.pardons import Pardon
from projects.models.planned import PlannedDeliverable
from projects.models.project_history import ProjectTransition
from projects.models.projects import Project
from projects.models.questions import PublicQuestion, PublicQuestionTransition
from projects.models.reports import Report, ReportTransition
from projects.models.submissions import Review, Submission, SubmissionFile
from projects.models.waiting import Waiting

__all__ = [
    "Application",
    "ApplicationTransition",
    "Deadline",
    "Deliverable",
    "DeliverableTransition",
    "Engagement",
    "EngagementTransition",
    "Flag",
    "FlagTransition",
    "MaterialFile",
    "Message",
    "Pardon",
    "PlannedDeliverable",
    "Project",
    "ProjectEdit",
    "ProjectEditTransition",
    "ProjectTransition",
    "PromisedMaterial",
    "PublicQuestion",
    "PublicQuestionTransition",
    "Reading",
    "Report",
    "ReportTransition",
    "Review",
    "Submission",
    "SubmissionFile",
    "Waiting",
]
