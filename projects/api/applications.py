"""What the API says of an application, to its student and to the employer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Eligibility
from projects.models import Application, Project, Waiting


class ProjectNameSerializer(serializers.ModelSerializer[Project]):
    company = serializers.CharField(source="company.name")

    class Meta:
        model = Project
        fields = ("public_id", "title", "status", "company")
        read_only_fields = fields


class WordsSerializer(serializers.Serializer[Any]):
    question = serializers.CharField()
    answer = serializers.CharField()


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """A bid and where it stands. The employer reads no name before the short-list, where the project hides it."""

    url = serializers.CharField(source="get_absolute_url")
    project = ProjectNameSerializer()
    applicant = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField(help_text="Everything that was written, by question.")
    decline_reason = serializers.CharField(source="get_decline_reason_display")
    is_second = serializers.BooleanField(help_text="Second in line behind an open offer.")

    class Meta:
        model = Application
        fields: tuple[str, ...] = (
            *("public_id", "url", "version", "project", "number", "applicant", "status", "is_second"),
            *("submitted_at", "answer_by_at", "asked_until", "words", "decline_reason", "decline_note"),
        )
        read_only_fields = fields

    def is_mine(self, application: Application) -> bool:
        return bool(application.student_id == self.context["request"].user.pk)

    def get_applicant(self, application: Application) -> str:
        return str(application.student) if self.is_mine(application) else application.applicant

    @extend_schema_field(WordsSerializer(many=True))
    def get_words(self, application: Application) -> Any:
        own = [("Why this project?", application.motivation), *application.answered]
        words = own if self.is_mine(application) else application.words_for_employer
        return [{"question": question, "answer": answer} for question, answer in words]


class ApplicantSerializer(ApplicationSerializer):
    """The same, beside what an employer compares; how well somebody fits orders nothing."""

    hours_a_week = serializers.IntegerField(source="student.student_profile.hours_a_week")
    skills: Any = serializers.SlugRelatedField(
        source="student.student_profile.skills", slug_field="slug", many=True, read_only=True
    )
    school = serializers.SerializerMethodField()

    class Meta(ApplicationSerializer.Meta):
        fields = (*ApplicationSerializer.Meta.fields, "hours_a_week", "skills", "school")
        read_only_fields = fields

    def get_school(self, application: Application) -> str | None:
        return None if application.named_at is None else application.student.student_profile.school


def may_work_as() -> Any:
    return serializers.ListField(
        child=serializers.ChoiceField(Eligibility.choices),
        max_length=len(Eligibility),
        required=False,
        help_text="How you may work. Kept in your profile, shown to nobody; needed once.",
    )


class BidSerializer(serializers.ModelSerializer[Application]):
    """What a student writes to apply."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        help_text="The project's as you read it. Where it is another by now, nothing is sent: 409 `stale_page`.",
    )
    may_work_as = may_work_as()
    flagged = serializers.BooleanField(
        default=False,
        help_text="Send it as it is, knowing that a moderator looks at it: after 409 `words_noticed`.",
    )

    class Meta:
        model = Application
        fields = ("version", "motivation", "answers", "may_work_as", "flagged")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.get("answers", ())) != len(self.context["project"].questions):
            raise serializers.ValidationError(
                {"answers": ["Answer each question of the project, in their order."]}
            )
        return attrs


class WaitingSerializer(serializers.ModelSerializer[Waiting]):
    """Somebody waits for a place."""

    project = ProjectNameSerializer()

    class Meta:
        model = Waiting
        fields = ("public_id", "project", "joined_at", "motivation", "answers")
        read_only_fields = fields
