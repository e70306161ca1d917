"""Words in which the tripwires noticed something, on the desk."""

from typing import Any

from marketplace.site.desk.kinds import Kind, No, by_number, whom
from projects import moderating
from projects.models import Flag, Message

NOES = {
    "lure": No("Leads away from the site", "It leads away from the site."),
    "payment": No("Pays or asks to be paid elsewhere", "It is about being paid elsewhere."),
    "data": No("Asks for papers or numbers", "It asks for papers or numbers of somebody."),
    "swindle": No("Is part of a swindle", "It is part of a swindle."),
}


def read(flag: Flag) -> dict[str, Any]:
    by_company = bool(
        flag.review or flag.engagement or (flag.message and flag.message.side == Message.Side.COMPANY)
    )
    people = [] if flag.review else [flag.writer.pk]
    about = whom([flag.company_id] if by_company else [], people)
    return {"flag": flag, "place": flag.work or flag.application, "whom": about}


FLAG = Kind(
    waiting=lambda ids: by_number(Flag.objects.waiting().with_places().filter(pk__in=ids)),
    template="admin/desk/flag.html",
    context=read,
    yes=moderating.clear_flag,
    yes_label="Nothing is wrong",
    yes_means="Nobody is told.",
    no=moderating.uphold_flag,
    no_label="Against the rules",
    noes=NOES,
)
