"""Who people are: users, student profiles, companies with their members, schools, and the words they choose from."""

from accounts.models.api_keys import ApiKey, ApiKeyTransition, Scope
from accounts.models.blocks import Block
from accounts.models.companies import Company, Membership
from accounts.models.invitations import Invitation, InvitationTransition, MembershipTransition
from accounts.models.privacy import DataExport, Deletion
from accounts.models.profiles import Eligibility, StudentProfile
from accounts.models.proofs import CompanyProof, CompanyProofTransition
from accounts.models.resets import SecondStepReset, SecondStepResetTransition
from accounts.models.rights import StaffRight, StaffRightTransition, Viewing
from accounts.models.sanctions import Sanction, SanctionTransition
from accounts.models.schools import School, SchoolDomain
from accounts.models.taxonomy import Industry, JobRole, Skill
from accounts.models.users import User

__all__ = [
    "ApiKey",
    "ApiKeyTransition",
    "Block",
    "Company",
    "CompanyProof",
    "CompanyProofTransition",
    "DataExport",
    "Deletion",
    "Eligibility",
    "Industry",
    "Invitation",
    "InvitationTransition",
    "JobRole",
    "Membership",
    "MembershipTransition",
    "Sanction",
    "SanctionTransition",
    "School",
    "SchoolDomain",
    "Scope",
    "SecondStepReset",
    "SecondStepResetTransition",
    "Skill",
    "StaffRight",
    "StaffRightTransition",
    "StudentProfile",
    "User",
    "Viewing",
]
