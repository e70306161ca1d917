"""What people of the walks are called and what they write, as long as it may be."""

from projects.drafts import Part

LONG_NAME = "Maximiliane-Alexandra von Hohenstein-Rabenburg-Schlatter"
LONG_COMPANY = "Donaudampfschifffahrtsgesellschaftskapitänsmützenmanufaktur & Töchter"
LONG_TITLE = "Rechtsschutzversicherungsgesellschaften: who answers within a week, and what do they answer?"
WHY = (
    "I ran twelve interviews for a course on service design last spring and wrote them up for the student "
    "health centre, which changed its booking page because of it.\n\nI am free on Tuesdays and Thursdays."
)
ANSWER = "Two calls that only listen, then the guide is cut to what people really bring up. " * 3
NOTES = (
    "## Guide\n\nIt has **ten** questions.\n\n- the consent text moved to the front\n- question 4 was two\n"
)
PDF = b"%PDF-1.7\n%%EOF\n" * 400
TRIAL_PART = Part("Ten texts", ("Each has forty words.", "Each is dated.", "None stands twice."), 0, 5)
TRIAL = {"is_trial": True, "hours": 3, "fee_cents": 7_500, "parts": [TRIAL_PART]}
PROMISED = [
    "The answers of last year as a table",
    "A place on our test site with every right that an editor has",
]
KEEPER = "keeper@example.org"
REFUSED_CHARGE = {"method": "POST", "path": "/v1/payment_intents/*/capture"}
