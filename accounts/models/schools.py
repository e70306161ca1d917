"""Schools that are recognised by the domain of a verified e-mail address."""

import re

from allauth.account.models import EmailAddress
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length, Lower

from accounts.models.users import User

is_domain = RegexValidator(
    re.compile(r"\A(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\Z"),
    "Enter a domain in small letters, such as lu.se",
)


def domains_above(address: str) -> list[str]:
    """`student.lu.se` and `lu.se` for m@student.lu.se: the domain of an address and those it lies in."""
    labels = address.rpartition("@")[2].lower().split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


class SchoolQuerySet(models.QuerySet["School"]):
    def recognised_by(self, user: User) -> "School | None":
        """The school whose domain a verified address of this person lies in, the nearest one; two queries."""
        addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        domains = {domain for address in addresses for domain in domains_above(address)}
        if not domains:
            return None
        return (
            self.filter(domains__domain__in=domains).order_by(Length("domains__domain").desc(), "pk").first()
        )


class School(models.Model):
    """A school that this installation knows. Students type theirs freely; this one only confirms."""

    name = models.CharField(max_length=120, unique=True)

    objects = models.Manager.from_queryset(SchoolQuerySet)()

    def __str__(self) -> str:
        return self.name

    def is_called(self, typed: str) -> bool:
        """Whether somebody typed this school's name, whatever the capitals and the spaces."""
        return " ".join(typed.split()).casefold() == " ".join(self.name.split()).casefold()


class SchoolDomain(models.Model):
    """A domain of which the school alone gives out addresses; those below it count too."""

    school = models.ForeignKey(School, models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=100, unique=True, validators=[is_domain])

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="school_domain_is_lower_case", condition=models.Q(domain=Lower("domain"))
            ),
            models.CheckConstraint(name="school_domain_has_a_dot", condition=models.Q(domain__contains=".")),
        ]

    def __str__(self) -> str:
        return self.domain
