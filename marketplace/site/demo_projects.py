"""The companies and projects of the demo: made up, and of the kind that real employers post."""

from typing import NamedTuple


class DemoCompany(NamedTuple):
    name: str
    industry: str
    country: str
    time_zone: str
    about: str


class DemoProject(NamedTuple):
    """Industry follows the company. `pay` is dollars an hour; the criteria are those of its one deliverable."""

    company: str
    title: str
    job_role: str
    skills: tuple[str, ...]
    hours: int
    pay: int
    due_days: int
    brief: str
    result: str
    criteria: tuple[str, str, str]


COMPANIES = [
    DemoCompany("Maple Health", "health-and-care", "CA", "America/Toronto", "Three clinics for families."),
    DemoCompany("Tidewater Energy", "energy-and-environment", "US", "America/New_York", "Heat from rivers."),
    DemoCompany(
        "Open Ledger Lab", "finance-and-insurance", "US", "America/Chicago", "Plain books for shops."
    ),
    DemoCompany("Fernhill Press", "arts-media-and-publishing", "GB", "Europe/London", "Walking guides."),
    DemoCompany(
        "Northside Food Bank", "nonprofit-and-social-impact", "US", "America/Chicago", "Food for 900 homes."
    ),
    DemoCompany(
        "Kestrel Robotics", "manufacturing", "DE", "Europe/Berlin", "Small arms for small workshops."
    ),
    DemoCompany("Lantern Schools", "education", "IE", "Europe/Dublin", "Evening classes for adults."),
    DemoCompany(
        "Blue Heron Hotels", "hospitality-and-travel", "US", "America/Los_Angeles", "Four small hotels."
    ),
    DemoCompany("Cargo Cycle", "transport-and-logistics", "NL", "Europe/Amsterdam", "Parcels by bicycle."),
    DemoCompany(
        "Plainview Software", "software-and-technology", "US", "America/Denver", "Rosters for clubs."
    ),
    DemoCompany("Orchard & Vale", "agriculture-and-food", "FR", "Europe/Paris", "Juice from old orchards."),
    DemoCompany(
        "Second Shelf", "retail-and-consumer-goods", "US", "America/New_York", "Used books, well kept."
    ),
]

PROJECTS = [
    DemoProject(
        "Maple Health",
        "Rewrite twelve leaflets in plain words",
        "communications",
        ("business-writing", "editing-and-proofreading"),
        14,
        25,
        12,
        "Our leaflets were written by doctors for doctors. You rewrite twelve of them, one page each, so that a "
        "tired parent understands them at the first reading.",
        "Twelve rewritten leaflets",
        (
            "Each fits on one page.",
            "Each reads at the level of grade 8 or easier.",
            "No dose or date was changed.",
        ),
    ),
    DemoProject(
        "Tidewater Energy",
        "Compare heat pump rebates in ten states",
        "market-research",
        ("desk-research", "excel-and-spreadsheets", "policy-analysis"),
        18,
        24,
        14,
        "Rebates differ by state and change often. You collect today’s rules for ten states from official pages "
        "and put them side by side, with the source and its date for every number.",
        "A table of ten states with sources",
        (
            "Ten states are covered.",
            "Every number has a link and a date.",
            "A summary of one page says who pays most.",
        ),
    ),
    DemoProject(
        "Open Ledger Lab",
        "Clean three years of sales records",
        "data-and-analytics",
        ("data-cleaning", "python", "sql"),
        20,
        28,
        14,
        "Three shops exported their sales in three ways. You bring them into one table with one spelling for each "
        "product, and write down every rule that you used.",
        "One clean table and the rules",
        (
            "All 41,000 rows are accounted for.",
            "A product has one name.",
            "The steps can be run again by us.",
        ),
    ),
    DemoProject(
        "Fernhill Press",
        "Fact-check a walking guide to the Borders",
        "project-coordination",
        ("editing-and-proofreading", "desk-research"),
        16,
        24,
        15,
        "A guide of 120 pages goes to print in spring. You check opening times, bus lines, distances and names "
        "against public sources and mark what is wrong.",
        "A marked manuscript and a list of changes",
        (
            "Every time and distance was checked.",
            "Each change names its source.",
            "Open questions are listed apart.",
        ),
    ),
    DemoProject(
        "Northside Food Bank",
        "A volunteer handbook that people read",
        "human-resources",
        ("documentation", "graphic-design"),
        15,
        23,
        12,
        "Forty new volunteers come each season. You turn our folder of notes into a handbook of at most 16 pages "
        "with drawings or photographs that we have.",
        "A handbook of at most 16 pages",
        (
            "It answers the 20 questions on our list.",
            "It prints well in black and white.",
            "We can edit it ourselves.",
        ),
    ),
    DemoProject(
        "Kestrel Robotics",
        "Test our setup guide with five beginners",
        "design",
        ("usability-testing", "technical-writing"),
        22,
        27,
        16,
        "Beginners stop at the calibration of the arm. You watch five of them set it up over video, find where "
        "they stop, and rewrite the three worst pages of the guide.",
        "A report and three rewritten pages",
        ("Five sessions were held.", "The report ranks what stopped people.", "Three pages are rewritten."),
    ),
    DemoProject(
        "Lantern Schools",
        "Exercises for an evening course in statistics",
        "education-and-training",
        ("statistics", "teaching-materials"),
        20,
        25,
        18,
        "Our students are adults who left school long ago. You write thirty exercises from daily life, in three "
        "levels, each with a worked answer.",
        "Thirty exercises with answers",
        (
            "Ten exercises stand at each level.",
            "Each answer shows every step.",
            "Two of our teachers solved them.",
        ),
    ),
    DemoProject(
        "Blue Heron Hotels",
        "Why guests book elsewhere: 300 reviews read",
        "data-and-analytics",
        ("data-analysis", "presentation-design"),
        17,
        26,
        12,
        "You read 300 public reviews of our four hotels and of four rivals, sort them by what they praise and "
        "miss, and show what we should mend first.",
        "A coded table and ten slides",
        ("300 reviews are coded.", "The codes are explained.", "Ten slides end in three proposals."),
    ),
    DemoProject(
        "Cargo Cycle",
        "Map our stops and find shorter rounds",
        "business-operations",
        ("python", "data-visualisation"),
        25,
        30,
        18,
        "Eight riders, 140 stops a day. From four weeks of tracks you draw where time is lost and propose shorter "
        "rounds for two districts.",
        "Maps and two proposed rounds",
        (
            "Four weeks of tracks are used.",
            "Lost time is shown by street.",
            "Each proposal states its saving.",
        ),
    ),
    DemoProject(
        "Plainview Software",
        "Find and file the accessibility faults of our sign-up",
        "software-engineering",
        ("accessibility", "quality-assurance"),
        12,
        30,
        9,
        "You go through our sign-up by keyboard and with a screen reader, note what fails under WCAG 2.2 AA and "
        "file each fault so that a developer can repeat it.",
        "A list of faults",
        ("Every step of the sign-up was tried.", "Each fault names its criterion.", "Each can be repeated."),
    ),
    DemoProject(
        "Orchard & Vale",
        "Labels in English and German for nine juices",
        "marketing",
        ("translation", "german", "copywriting"),
        10,
        26,
        8,
        "We sell to Vienna and Bristol from next year. You write the texts of nine labels in both languages, short "
        "and true, within what food law lets us say.",
        "Nine labels in two languages",
        ("Nine labels are written.", "No claim needs proof that we lack.", "The ingredients are unchanged."),
    ),
    DemoProject(
        "Second Shelf",
        "A first month of posts from our shelves",
        "marketing",
        ("social-media", "photography", "copywriting"),
        13,
        23,
        14,
        "We find odd and lovely books each week and tell nobody. You plan a month of posts, take or choose the "
        "pictures, and write the words in our quiet voice.",
        "Twelve posts, ready to send",
        (
            "Twelve posts are planned by date.",
            "Each has a picture that we may use.",
            "The voice follows our sheet.",
        ),
    ),
    DemoProject(
        "Maple Health",
        "Sort a year of front desk questions",
        "customer-success",
        ("data-cleaning", "process-mapping"),
        18,
        24,
        14,
        "Our front desk noted 2,400 questions last year. You sort them, count them, and draft answers for the "
        "twenty most frequent ones.",
        "A sorted list and twenty answers",
        (
            "All questions have a topic.",
            "Twenty answers are drafted.",
            "Names of patients were taken out first.",
        ),
    ),
    DemoProject(
        "Tidewater Energy",
        "A calculator for one household’s savings",
        "software-engineering",
        ("javascript", "css-and-html"),
        30,
        32,
        21,
        "People ask what they would save. You build one page that takes five numbers and shows the result with "
        "its assumptions, without any outside service.",
        "A working page with its tests",
        ("It works on a phone and by keyboard.", "The assumptions are visible.", "Ten test cases pass."),
    ),
    DemoProject(
        "Open Ledger Lab",
        "Interview six shop owners about their month end",
        "market-research",
        ("customer-interviews", "business-writing"),
        16,
        25,
        14,
        "We think that month end takes too long, but do not know why. You speak with six owners whom we name and "
        "tell us what they really do.",
        "Six notes and a summary",
        ("Six interviews were held.", "Notes keep the owners’ own words.", "The summary names three causes."),
    ),
    DemoProject(
        "Fernhill Press",
        "Alt texts for 180 photographs",
        "communications",
        ("accessibility", "editing-and-proofreading"),
        12,
        22,
        10,
        "Our guides are read aloud by many. You write a text for each of 180 photographs that says what matters "
        "on that page.",
        "180 alternative texts",
        ("Each is at most 140 characters.", "None begins with “picture of”.", "Places are named rightly."),
    ),
    DemoProject(
        "Northside Food Bank",
        "Two grant applications, first drafts",
        "legal-and-policy",
        ("grant-writing", "budgeting"),
        24,
        27,
        18,
        "Two funds are open until the new year. You draft both applications from our figures, and we finish them "
        "together in a call.",
        "Two drafts with budgets",
        ("Every question is answered.", "The budgets add up.", "Open points are marked for us."),
    ),
    DemoProject(
        "Kestrel Robotics",
        "Compare ten rival arms in one table",
        "product-management",
        ("competitor-research", "excel-and-spreadsheets"),
        14,
        25,
        10,
        "Before we price our next arm we want to see the field. You compare ten products by reach, load, price and "
        "delivery, from public sources.",
        "A table of ten products",
        ("Ten products are compared.", "Each figure has its source.", "A page says where we stand."),
    ),
    DemoProject(
        "Lantern Schools",
        "Record and cut six short lessons",
        "education-and-training",
        ("video-editing", "audio-editing"),
        26,
        26,
        20,
        "Our teachers recorded six lessons at home. You clean the sound, cut them to ten minutes each, and add "
        "captions.",
        "Six lessons with captions",
        ("Each lesson is 8 to 11 minutes.", "Captions are right in every line.", "The loudness is even."),
    ),
    DemoProject(
        "Blue Heron Hotels",
        "A calmer booking page, three sketches",
        "design",
        ("figma", "user-interface-design"),
        20,
        29,
        14,
        "Half of our visitors leave while they choose a room. You draw three ways to make the page calmer and say "
        "what each would cost us to build.",
        "Three clickable sketches",
        ("Three sketches can be clicked through.", "Each works at 390 pixels.", "Each names its trade-offs."),
    ),
    DemoProject(
        "Cargo Cycle",
        "A hiring page that riders trust",
        "human-resources",
        ("copywriting", "recruiting-support"),
        11,
        24,
        9,
        "Riders ask about insurance, rain and pay, and our page talks about the future. You ask four riders and "
        "write the page anew.",
        "One page of text",
        ("Four riders were asked.", "It answers their ten questions.", "Pay stands in the first lines."),
    ),
    DemoProject(
        "Plainview Software",
        "Write the missing half of our API guide",
        "software-engineering",
        ("technical-writing", "python"),
        28,
        33,
        20,
        "Our guide ends where it becomes interesting. You write the chapters on errors, paging and webhooks, with "
        "examples that run.",
        "Three chapters with examples",
        ("Three chapters are written.", "Every example runs as printed.", "A colleague followed them alone."),
    ),
    DemoProject(
        "Orchard & Vale",
        "A budget for one season of markets",
        "accounting-and-finance",
        ("budgeting", "excel-and-spreadsheets"),
        15,
        25,
        12,
        "We stand on eleven markets from May to October. From two seasons of receipts you build a budget that we "
        "can change ourselves.",
        "A budget that we can edit",
        ("Eleven markets are in it.", "Formulas explain themselves.", "It meets last season within 3 %."),
    ),
    DemoProject(
        "Second Shelf",
        "Catalogue 400 books by hand and head",
        "business-operations",
        ("data-cleaning", "desk-research"),
        35,
        22,
        24,
        "From our photographs of 400 title pages you write catalogue entries: author, edition, year, and what makes "
        "this copy worth keeping.",
        "400 catalogue entries",
        ("400 entries are complete.", "Editions were checked in two sources.", "Doubtful ones are marked."),
    ),
]
FIRST = 12  # so many are there before the site answers
