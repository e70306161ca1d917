"""What somebody reads in a letter that stands in its row."""

from django.utils import timezone

from marketplace.kernel import letters
from marketplace.kernel.models import Letter


def the_letter(template, *, to, at=None):
    """The words of the one letter of this template to them, on one line; there must be no second one."""
    letter = Letter.objects.get(template=template, to=to)
    return " ".join(letters.message(letter, at=at or timezone.now()).body.split())
