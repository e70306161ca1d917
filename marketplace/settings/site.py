"""The site and its numbers (defaults: PRODUCT.md). What is published or offered keeps the numbers of its day."""

from marketplace.settings.running import PORT, env

SITE_NAME: str = env.text("SITE_NAME", "Foothold")
SITE_URL: str = env.address("SITE_URL", f"http://localhost:{PORT}", "http", "https")
HTTPS: bool = SITE_URL.startswith("https://")
CURRENCY: str = env.one_of("CURRENCY", "usd", ("usd", "eur", "gbp", "cad", "aud"))
BOOKS_TIME_ZONE: str = env.time_zone("BOOKS_TIME_ZONE", "UTC")  # in which statements count their years
PAY_FLOOR_CENTS: int = env.number("PAY_FLOOR_CENTS", 2000)  # per hour
PAY_WARN_CENTS: int = env.number("PAY_WARN_CENTS", 2300)
PLATFORM_FEE_PERCENT: int = env.number("PLATFORM_FEE_PERCENT", 10, most=100)
PLATFORM_FEE_MINIMUM_CENTS: int = env.number("PLATFORM_FEE_MINIMUM_CENTS", 500)
MIN_HOURS: int = env.number("MIN_HOURS", 5, least=1)
MAX_HOURS: int = env.number("MAX_HOURS", 40, least=1)
TRIAL_MIN_HOURS: int = env.number("TRIAL_MIN_HOURS", 2, least=1)
TRIAL_MAX_HOURS: int = env.number("TRIAL_MAX_HOURS", 4, least=1)
MAX_SEATS: int = env.number("MAX_SEATS", 5, least=1)
MAX_DELIVERABLES: int = env.number("MAX_DELIVERABLES", 3, least=1)
MAX_QUESTIONS: int = env.number("MAX_QUESTIONS", 3)
START_DAYS: int = env.number("START_DAYS", 7, least=1)
SPAN_DAYS: int = env.number("SPAN_DAYS", 28, least=1)
WEEK_HOURS: int = env.number("WEEK_HOURS", 30, least=1)
WEEK_WARN_HOURS: int = env.number("WEEK_WARN_HOURS", 20, least=1)
APPLICATION_WINDOW_DAYS: int = env.number("APPLICATION_WINDOW_DAYS", 5, least=1)
APPLICATION_WINDOW_LEAST_DAYS: int = env.number("APPLICATION_WINDOW_LEAST_DAYS", 2, least=1)
APPLICATION_WINDOW_MOST_DAYS: int = env.number("APPLICATION_WINDOW_MOST_DAYS", 21, least=1)
ANSWER_DAYS: int = env.number("ANSWER_DAYS", 5, least=1)
UNANSWERED_PROJECTS: int = env.number("UNANSWERED_PROJECTS", 2, least=1)  # so many pause posting
UNANSWERED_DAYS: int = env.number("UNANSWERED_DAYS", 180, least=1)  # within so many days, and for as long
SECOND_IN_LINE: int = env.number("SECOND_IN_LINE", 3)  # for each open offer
SECOND_IN_LINE_DAYS: int = env.number("SECOND_IN_LINE_DAYS", 5, least=1)  # beyond the answer-by date
ASK_AGAIN_DAYS: int = env.number("ASK_AGAIN_DAYS", 3, least=1)  # after a no, when a seat is free again
APPLICATIONS_PER_SEAT: int = env.number("APPLICATIONS_PER_SEAT", 25, least=1)  # beyond, a waiting list
LIVE_APPLICATIONS: int = env.number("LIVE_APPLICATIONS", 15, least=1)  # a student's budget
OFFER_HOURS: int = env.number("OFFER_HOURS", 72, least=1)
OFFER_MARGIN_HOURS: int = env.number("OFFER_MARGIN_HOURS", 12)
OFFER_REMINDER_HOURS: tuple[int, ...] = (24, 60)
REVIEW_DAYS: int = env.number("REVIEW_DAYS", 7, least=1)
REVIEW_REMINDER_DAYS: tuple[int, ...] = (3, 5, 6)
LATER_REVIEW_DAYS: int = env.number("LATER_REVIEW_DAYS", 5, least=1)
REWORK_DAYS: int = env.number("REWORK_DAYS", 5, least=1)
REVISION_ROUNDS: int = env.number("REVISION_ROUNDS", 2)
UNDO_MINUTES: int = env.number("UNDO_MINUTES", 30)
SILENCE_CLEARING_HOURS: int = env.number("SILENCE_CLEARING_HOURS", 48)
WORK_REMINDER_DAYS: tuple[int, ...] = (-3, -1, 0, 1)  # from the due date of a part
MATERIALS_DAYS: int = env.number("MATERIALS_DAYS", 5, least=1)  # after the start, for what was promised
LEAVING_HOURS: int = env.number("LEAVING_HOURS", 48, least=1)  # after the student asked for what is missing
LEAVING_PERCENT: int = env.number("LEAVING_PERCENT", 10, least=1, most=100)  # of the fee, for who leaves then
LEAVING_MINIMUM_CENTS: int = env.number("LEAVING_MINIMUM_CENTS", 2000)
LEAVING_TIMES: int = env.number("LEAVING_TIMES", 2)  # in so many days, for one student
LEAVING_DAYS: int = env.number("LEAVING_DAYS", 90, least=1)
LATE_GRACE_DAYS: int = env.number("LATE_GRACE_DAYS", 3)
LATE_REFUND_DAYS: int = env.number("LATE_REFUND_DAYS", 7, least=1)  # after the grace, with nothing handed in
LATE_NOTICE_DAYS: int = env.number("LATE_NOTICE_DAYS", 3, least=1)  # at least from its announcement
EXTENSION_DAYS: int = env.number("EXTENSION_DAYS", 3, least=1)  # a personal clock, once on request
FIRST_CHARGES: int = env.number("FIRST_CHARGES", 3)  # a company's first captures are released later
FIRST_CHARGES_DAYS: int = env.number("FIRST_CHARGES_DAYS", 7)
REPORTS_A_DAY: int = env.number("REPORTS_A_DAY", 10, least=1)
TWO_ADMINS_CENTS: int = env.number("TWO_ADMINS_CENTS", 25000)  # above it a second person signs
SECOND_PERSON_EMAIL: str = env.text("SECOND_PERSON_EMAIL")  # signs what the only admin does above it
ONE_ADMIN_BUSINESS_DAYS: int = env.number("ONE_ADMIN_BUSINESS_DAYS", 3, least=1)
SAMPLE_ONE_IN: int = env.number("SAMPLE_ONE_IN", 10, least=1)  # of what opens unseen, looked at afterwards
UNPROVEN_LIMIT_CENTS: int = env.number("UNPROVEN_LIMIT_CENTS", 50000)
APPEAL_DAYS: int = env.number("APPEAL_DAYS", 30, least=1)  # against a warning, a limit or a suspension
FAILED_CARDS_A_DAY: int = env.number("FAILED_CARDS_A_DAY", 5, least=1)
PAYEE_REMINDER_DAYS: tuple[int, ...] = (0, 1, 3, 7, 14, 30, 45, 60)
CHECKOUT_MINUTES: int = env.number("CHECKOUT_MINUTES", 60, least=30)  # a payment page that was left
HOLD_ALARM_DAYS: int = env.number("HOLD_ALARM_DAYS", 70, least=1)
FINDING_DAYS: int = env.number(
    "FINDING_DAYS", 180, least=1
)  # after money was sent, in which fraud can be found
FINDING_APPEAL_DAYS: int = env.number("FINDING_APPEAL_DAYS", 5, least=1)  # before money is taken back
CHARGEBACK_ALARM_HOURS: int = env.number("CHARGEBACK_ALARM_HOURS", 72, least=1)  # before an answer is due
HOLD_DECISION_DAYS: int = env.number("HOLD_DECISION_DAYS", 85, least=1)  # after which a person decides
CAPTURE_RETRY_HOURS: int = env.number("CAPTURE_RETRY_HOURS", 48, least=1)
MORE_WORK_ANSWER_HOURS: int = env.number("MORE_WORK_ANSWER_HOURS", 72, least=1)  # for the student
MORE_WORK_PAY_HOURS: int = env.number("MORE_WORK_PAY_HOURS", 72, least=1)  # for the employer, from the yes on
MORE_WORK_REMINDER_HOURS: int = env.number("MORE_WORK_REMINDER_HOURS", 24, least=1)  # before each end
ONE_COMPANY_HOURS: int = env.number("ONE_COMPANY_HOURS", 120, least=1)  # of one student, in 12 months
LIVE_SECONDS: int = env.number("LIVE_SECONDS", 12, least=1)  # after which an open page asks for news
DIGEST_HOUR: int = env.number("DIGEST_HOUR", 7, most=23)  # of the reader's day, for the daily letter
PUBLIC_QUESTION_LENGTH: int = env.number("PUBLIC_QUESTION_LENGTH", 500, least=50, most=2000)  # characters
OPEN_PUBLIC_QUESTIONS: int = env.number("OPEN_PUBLIC_QUESTIONS", 3, least=1)  # of a student about one project
PUBLIC_QUESTIONS_A_DAY: int = env.number(
    "PUBLIC_QUESTIONS_A_DAY", 10, least=1
)  # of a student about all of them
MESSAGES_AN_HOUR: int = env.number("MESSAGES_AN_HOUR", 30, least=1)  # of one person in one workroom
MESSAGES_DAYS_AFTER: int = env.number(
    "MESSAGES_DAYS_AFTER", 30
)  # the end of the work, while one may still write
MESSAGES_LETTER_MINUTES: int = env.number(
    "MESSAGES_LETTER_MINUTES", 60, least=1
)  # between letters of unread ones
MODERATION_BUSINESS_DAYS: int = env.number("MODERATION_BUSINESS_DAYS", 1, least=1)
MINIMUM_AGE: int = env.number("MINIMUM_AGE", 18, least=1)
PAYMENT_REQUESTS_A_DAY: int = env.number("PAYMENT_REQUESTS_A_DAY", 20, least=1)  # that one person sends
INVITATION_DAYS: int = env.number("INVITATION_DAYS", 7, least=1)  # to act for a company
INVITATIONS_A_DAY: int = env.number("INVITATIONS_A_DAY", 20, least=1)  # letters that one company sends
INVITATIONS_TO_ONE_A_DAY: int = env.number("INVITATIONS_TO_ONE_A_DAY", 3, least=1)  # from all companies
EXPORT_DAYS: int = env.number("EXPORT_DAYS", 7, least=1)  # that a copy of one's data can be fetched
EXPORTS_A_DAY: int = env.number("EXPORTS_A_DAY", 2, least=1)  # of one person
DELETION_DAYS: int = env.number("DELETION_DAYS", 14, least=1)  # in which one can take a deletion back
STAFF_RIGHT_HOURS: int = env.number("STAFF_RIGHT_HOURS", 8, least=1, most=72)  # the most that one can ask for
VIEWING_MINUTES: int = env.number("VIEWING_MINUTES", 30, least=5, most=240)  # of seeing the site as a person
HOLIDAYS = env.days("HOLIDAYS")  # business days are Monday to Friday less these
