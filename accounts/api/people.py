"""Doors of a person: who they are here, what they told, how they are told, and the pages of students."""

from typing import Any

from django.forms import model_to_dict
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts import onboarding
from accounts.api.serializers import MeSerializer, PageSerializer, PersonSerializer, StudentSerializer
from accounts.http import ApiRequest
from accounts.models import Industry, JobRole, Skill, StudentProfile, User
from marketplace.kernel import notices, preferences
from marketplace.kernel.api.doors import READING, Door, Given, operation
from marketplace.kernel.api.lists import AFTER, as_page, newest_page, pages_of
from marketplace.kernel.models import How, Notice, Topic

CHOSEN = ("skills", "learning_goals", "industries", "job_roles")
LISTS: dict[str, Any] = {"industries": Industry, "job-roles": JobRole, "skills": Skill}


class Me(Door):
    scope = "account"

    @operation("me_retrieve", gives=MeSerializer)
    def get(self, request: ApiRequest) -> User:
        """Who you are here."""
        return request.user

    @operation("me_update", takes=MeSerializer, gives=MeSerializer)
    def patch(self, request: ApiRequest, given: Given) -> User:
        """Change what the site calls you, and the zone in which your days end."""
        user = request.user
        said = {"name": user.name, "time_zone": user.time_zone} | given(in_parts=True)
        return onboarding.edit_profile(user, **said)


def profile_of(request: ApiRequest) -> StudentProfile:
    mine = StudentProfile.objects.filter(user=request.user).select_related("user")
    return get_object_or_404(mine.prefetch_related(*CHOSEN))


class Student(Door):
    scope = "account"
    may_lack = True

    @operation("student_retrieve", gives=StudentSerializer)
    def get(self, request: ApiRequest) -> StudentProfile:
        """Your student side; 404 where you have none."""
        return profile_of(request)

    @operation("student_become", takes=StudentSerializer, gives=StudentSerializer, status=201)
    def post(self, request: ApiRequest, given: Given) -> StudentProfile:
        """Become a student."""
        told = given()
        may_work_as = told.pop("may_work_as", None)
        profile = onboarding.become_student(request.user, at=timezone.now(), **told)
        if may_work_as is not None:
            onboarding.tell_eligibility(profile, may_work_as=may_work_as)
        return profile_of(request)

    @operation("student_update", takes=StudentSerializer, gives=StudentSerializer)
    def patch(self, request: ApiRequest, given: Given) -> StudentProfile:
        """Change what you told; the date of birth stays, whatever is sent."""
        profile = profile_of(request)
        names = ("school", "country", "hours_a_week", *CHOSEN)
        said = model_to_dict(profile, names) | given(in_parts=True)
        said.pop("born_on", None)
        onboarding.edit_student(profile, **said)
        return profile_of(request)


class MyPage(Door):
    scope = "account"
    may_lack = True

    @operation("my_page_retrieve", gives=PageSerializer)
    def get(self, request: ApiRequest) -> StudentProfile:
        """What stands on your page, and who may open it; 404 where you are no student."""
        return profile_of(request)

    @operation("my_page_update", takes=PageSerializer, gives=PageSerializer)
    def patch(self, request: ApiRequest, given: Given) -> StudentProfile:
        """Change your page."""
        profile = profile_of(request)
        said = model_to_dict(profile, ("goals", "links", "shown_to", "shows_work")) | given(in_parts=True)
        return onboarding.edit_page(profile, **said | {"links": list(dict.fromkeys(said["links"]))})


class Person(Door):
    open_to_all = READING

    @operation("people_retrieve", gives=PersonSerializer)
    def get(self, request: ApiRequest, public_id: str) -> StudentProfile:
        """A student's page, for whom they let open it."""
        pages = StudentProfile.objects.visible_to(request.user).select_related("user")
        return get_object_or_404(pages.prefetch_related(*CHOSEN), user__public_id=public_id)


def letter_choices() -> Any:
    fields = {topic.value: serializers.ChoiceField(How.choices) for topic in preferences.CHOOSABLE}
    return type("LettersSerializer", (serializers.Serializer,), fields)


LettersSerializer = letter_choices()


class Letters(Door):
    scope = "account"

    @operation("letters_retrieve", gives=LettersSerializer)
    def get(self, request: ApiRequest) -> Any:
        """What comes by letter, topic by topic; about money and safety all of it does."""
        return {topic.value: how for topic, how in preferences.chosen_by(request.user).items()}

    @operation("letters_update", takes=LettersSerializer, gives=LettersSerializer)
    def patch(self, request: ApiRequest, given: Given) -> Any:
        """Choose it."""
        said = {Topic(topic): How(how) for topic, how in given(in_parts=True).items()}
        preferences.choose(request.user, said, at=timezone.now())
        return {topic.value: how for topic, how in preferences.chosen_by(request.user).items()}


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One line of news, with the page that it is about."""

    class Meta:
        model = Notice
        fields = ("id", "topic", "text", "path", "created_at", "read_at")
        read_only_fields = fields


class Notices(Door):
    scope = "account"

    @operation("notices_list", gives=pages_of(NoticeSerializer, "NoticePage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """What you were told, newest first."""
        return newest_page(request, Notice.objects.visible_to(request.user), by="created_at")

    @operation("notices_read")
    def post(self, request: ApiRequest) -> None:
        """All of it is read."""
        notices.mark_read(request.user, at=timezone.now())


class TermSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class Terms(Door):
    open_to_all = READING

    @operation("terms_list", gives=pages_of(TermSerializer, "TermPage"))
    def get(self, request: ApiRequest, kind: str) -> Any:
        """A closed list by name, on one page: `industries`, `job-roles` or `skills`."""
        if kind not in LISTS:
            raise Http404
        return as_page(request, LISTS[kind].objects.order_by("name"), "")
