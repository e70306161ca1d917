"""Lost second steps on the desk: another admin signs, or does not."""

from accounts import resetting
from accounts.models import SecondStepReset
from marketplace.site.desk.kinds import Kind, No, by_number

RESET = Kind(
    waiting=lambda ids: by_number(
        SecondStepReset.objects.select_related("person", "by").filter(
            pk__in=ids, status=SecondStepReset.Status.PROPOSED
        )
    ),
    template="admin/desk/reset_case.html",
    context=lambda reset: {"reset": reset},
    yes=resetting.sign,
    yes_label="Sign it",
    yes_means="It is done once the person’s days to stop it are over.",
    no=resetting.refuse,
    no_label="Do not sign",
    noes={
        "not_shown": No(
            "It is not shown who asks", "It is not shown well enough that the person themselves asks."
        ),
        "has_codes": No("They have another way", "They have another way to log in."),
    },
    in_batch=False,
)
