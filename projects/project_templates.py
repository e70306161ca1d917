"""Templates: projects that can be posted as they stand, or changed to fit."""

from typing import NamedTuple


class TemplatePart(NamedTuple):
    title: str
    due_days: int
    criteria: tuple[str, ...]


class ProjectTemplate(NamedTuple):
    """A whole project in words; industry, role and skills are slugs of the closed lists."""

    key: str
    title: str
    summary: str
    industry: str
    job_role: str
    skills: tuple[str, ...]
    hours: int
    fee_cents: int
    brief: str
    deliverables: tuple[TemplatePart, ...]
    questions: tuple[str, ...]


INTERVIEWS = ProjectTemplate(
    key="patient-interviews",
    title="Five interviews with patients about booking an appointment",
    summary="Hear from five people how a service really works for them, and what to change first.",
    industry="health-and-care",
    job_role="market-research",
    skills=("customer-interviews", "interviewing", "business-writing"),
    hours=16,
    fee_cents=40_000,
    brief="""\
We run three clinics and want to know why people give up while they book an appointment.

You speak with **five patients** who booked, or tried to, in the last month. We find them, ask for their \
consent and give you the times; each call takes about 30 minutes and is by video or telephone.

What we will do with your work: the two most frequent reasons decide what we change this spring.

You get from us on the first day:

- the list of people with times, and the text that they agreed to
- read access to the booking page in a test version
- an hour with the head of our front desk""",
    deliverables=(
        TemplatePart(
            "Interview guide and plan",
            4,
            (
                "The guide has 8 to 12 open questions and fits into 30 minutes.",
                "It covers finding the page, choosing a time, and what happened afterwards.",
                "It opens with the consent text and how a person can stop.",
                "One trial interview was held and the guide says what changed after it.",
            ),
        ),
        TemplatePart(
            "Findings from five interviews",
            14,
            (
                "Five interviews are summed up on one page each, without names.",
                "Every finding names the interviews that it rests on.",
                "The reasons for giving up are ranked by how many people named them.",
                "Three changes are proposed, each with the finding that it answers.",
                "The report is at most six pages and has a summary of half a page.",
            ),
        ),
    ),
    questions=(
        "Describe a conversation in which you learned something that you had not asked for.",
        "When in the next two weeks could you hold the calls?",
    ),
)
USABILITY = ProjectTemplate(
    key="usability-check",
    title="Usability and accessibility check of a sign-up page",
    summary="Find what keeps people from signing up, by testing it with some and by checking it against WCAG.",
    industry="software-and-technology",
    job_role="design",
    skills=("usability-testing", "accessibility", "user-interface-design", "css-and-html"),
    hours=20,
    fee_cents=56_000,
    brief="""\
One in three people who start to sign up for our planning tool do not finish. We want to know where they \
stop, and whether everyone can use the page at all.

You test the page with **four people of your choice** and check it against WCAG 2.2 AA, with the keyboard \
alone and with a screen reader. You need no access to our code; the test version is public to you.

Our two developers will work through your list in the following fortnight, so it should be one that they can \
use without asking.

You get from us on the first day: a test account, our own numbers by step, and the design files.""",
    deliverables=(
        TemplatePart(
            "Accessibility check",
            7,
            (
                "Every step of the sign-up was checked by keyboard alone and with one screen reader, both named.",
                "Each problem names the WCAG 2.2 criterion, where it is, and how to see it.",
                "Problems are sorted by how many people they stop.",
                "A proposal for repair stands beside each of the five gravest.",
            ),
        ),
        TemplatePart(
            "Usability test with four people",
            16,
            (
                "Four people who had never seen the page tried it, without help.",
                "For each person there is a line of time, with where they hesitated and what they said.",
                "The report shows at which step they stopped, beside our own numbers.",
                "Ten problems at most are listed, each with a screenshot and a grade from 1 to 3.",
                "A sketch shows the page with the three gravest problems solved.",
            ),
        ),
    ),
    questions=(
        "Which sign-up did you give up last, and at which step?",
        "With which screen reader have you worked before, if any?",
    ),
)
SURVEY = ProjectTemplate(
    key="survey-report",
    title="A survey of our volunteers, cleaned and told in charts",
    summary="Turn 400 answers in a spreadsheet into six charts and three pages that a board can decide on.",
    industry="nonprofit-and-social-impact",
    job_role="data-and-analytics",
    skills=("data-cleaning", "data-visualisation", "excel-and-spreadsheets", "business-writing"),
    hours=12,
    fee_cents=30_000,
    brief="""\
About 400 volunteers of our food banks answered a survey in the autumn: 18 questions, four of them open. The \
answers stand in one spreadsheet and nobody has looked at them since.

Our board meets at the end of the month and asks one question: **why do people stop volunteering after their \
first season?** We need the answers in a form on which nine people can decide in half an hour.

The answers hold no names. Use the tool that you know best, as long as we can open the result in a \
spreadsheet program.""",
    deliverables=(
        TemplatePart(
            "Clean answers and a codebook",
            5,
            (
                "One row for each person and one column for each question, in a spreadsheet.",
                "Doubled and empty answers are removed, and the note says how many and why.",
                "The open answers are sorted into at most eight groups for each question.",
                "A codebook explains each column and each group in one sentence.",
            ),
        ),
        TemplatePart(
            "Six charts and a report of three pages",
            12,
            (
                "Each of the six charts answers one question, which is its title.",
                "Every chart says how many answers it rests on.",
                "The report answers the question of the board in its first paragraph.",
                "What the answers cannot tell is said in a paragraph of its own.",
                "The charts can be read in black and white.",
            ),
        ),
    ),
    questions=("Which chart that you made are you proud of, and what did somebody decide with it?",),
)
TEMPLATES: dict[str, ProjectTemplate] = {
    template.key: template for template in (INTERVIEWS, USABILITY, SURVEY)
}
