"""What the API says of people and companies; the shape of each field is the model's."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import LinkField, TermField, TermsField
from accounts.models import (
    Company,
    Eligibility,
    Industry,
    Invitation,
    JobRole,
    Membership,
    Skill,
    StudentProfile,
    User,
)
from accounts.models.contact import validate_link
from accounts.models.profiles import MAX_LINKS

MOST_TERMS = 50


COUNTRY = {"help_text": "ISO 3166, two capital letters."}


class CompanyNameSerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ("name", "slug", "is_proven")
        read_only_fields = fields


class CompanySerializer(serializers.ModelSerializer[Company]):
    """What everybody may see of a company."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    industry: Any = TermField(Industry)
    website = LinkField()

    class Meta:
        model = Company
        fields = (
            *("url", "slug", "name", "website", "about", "industry", "country", "is_proven", "created_at"),
        )
        read_only_fields = ("slug", "is_proven", "created_at")
        extra_kwargs = {"about": {"allow_blank": False, "required": True}, "country": COUNTRY}


class RoleSerializer(serializers.ModelSerializer[Membership]):
    """For which company one acts, and as what."""

    company = CompanyNameSerializer()

    class Meta:
        model = Membership
        fields = ("company", "role", "joined_at")
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[User]):
    is_student = serializers.BooleanField(read_only=True)
    companies = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("public_id", "email", "name", "time_zone", "is_student", "companies")
        read_only_fields = ("public_id", "email")
        extra_kwargs = {"name": {"allow_blank": False, "required": True}, "time_zone": {"required": True}}

    @extend_schema_field(RoleSerializer(many=True))
    def get_companies(self, user: User) -> Any:
        mine = user.memberships.active().select_related("company").order_by("joined_at", "pk")
        return RoleSerializer(mine, many=True).data


class StudentSerializer(serializers.ModelSerializer[StudentProfile]):
    """What a student tells; only they read it here. The date of birth stays as it was told first."""

    skills: Any = TermsField(Skill, most=MOST_TERMS)
    learning_goals: Any = TermsField(Skill, most=MOST_TERMS)
    industries: Any = TermsField(Industry, most=MOST_TERMS)
    job_roles: Any = TermsField(JobRole, most=MOST_TERMS)
    may_work_as = serializers.ListField(
        child=serializers.ChoiceField(Eligibility.choices),
        max_length=len(Eligibility),
        required=False,
        help_text="Shown to nobody; empty as long as you do not know.",
    )

    class Meta:
        model = StudentProfile
        fields = (
            *("born_on", "school", "country", "hours_a_week", "skills", "learning_goals", "industries"),
            *("job_roles", "may_work_as"),
        )
        extra_kwargs = {"country": COUNTRY}


class PageSerializer(serializers.ModelSerializer[StudentProfile]):
    """Your page: who may open it, and what stands on it beside what you told before."""

    links = serializers.ListField(
        child=serializers.CharField(max_length=200, validators=[validate_link]), max_length=MAX_LINKS
    )

    class Meta:
        model = StudentProfile
        fields = ("shown_to", "goals", "links", "shows_work")


class PersonSerializer(serializers.ModelSerializer[StudentProfile]):
    """A student's page, as others see it."""

    public_id = serializers.CharField(source="user.public_id")
    url = serializers.CharField(source="get_absolute_url")
    name = serializers.CharField(source="user.name")
    skills: Any = TermsField(Skill, most=MOST_TERMS)
    learning_goals: Any = TermsField(Skill, most=MOST_TERMS)
    industries: Any = TermsField(Industry, most=MOST_TERMS)
    job_roles: Any = TermsField(JobRole, most=MOST_TERMS)

    class Meta:
        model = StudentProfile
        fields = (
            *("public_id", "url", "name", "school", "is_school_confirmed", "country", "hours_a_week"),
            *("goals", "links", "skills", "learning_goals", "industries", "job_roles"),
        )
        read_only_fields = fields


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody who acts for a company."""

    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "name", "email", "role", "joined_at")
        read_only_fields = ("id", "joined_at")


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """A letter that lets its reader join; the address in it is a key and stands nowhere else."""

    class Meta:
        model = Invitation
        fields = ("public_id", "email", "role", "status", "created_at", "expires_at")
        read_only_fields = ("public_id", "status", "created_at", "expires_at")
        extra_kwargs = {"role": {"required": True}}
