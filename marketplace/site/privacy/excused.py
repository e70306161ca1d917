"""What no copy of one's data holds: tables that are about nobody, or told in another file, and why."""

NOT_ABOUT_A_PERSON = {
    "accounts.Company": "a company is no person; its members find it on the site",
    **dict.fromkeys(
        (
            "accounts.Skill",
            "accounts.Industry",
            "accounts.JobRole",
            "accounts.School",
            "accounts.SchoolDomain",
        ),
        "words and schools to choose from",
    ),
    "socialaccount.SocialToken": "empty: what Google hands out is not kept",
    "socialaccount.SocialApp": "empty: the operator's keys stand in the settings",
    "auth.Group": "rights that staff can have",
    "auth.Permission": "rights that staff can have",
    "contenttypes.ContentType": "Django's list of tables",
    "sessions.Session": "unreadable without its key; what it is for stands in UserSession",
    "account.EmailConfirmation": "codes are not kept in it",
    "projects.PlannedDeliverable": "a part of a project's text, which belongs to the company",
    "projects.Deadline": "clocks; what they end stands with what ended",
    "payments.Deadline": "clocks; what they end stands with what ended",
    "payments.Chargeback": "what banks took back; its sums stand in the lines of the ledger",
    "payments.Share": "how a hold is divided; the sums stand with releases and refunds",
    "payments.Account": "the chart of the books",
    "payments.Balance": "sums over all people",
    "payments.Journal": "told with its lines",
    "payments.Operation": "our own calls to Stripe, with ids and sums that stand elsewhere",
    "payments.OperationAttempt": "our own calls to Stripe",
    "payments.StripeEvent": "what Stripe told us; Stripe gives people their own copy",
    # Who is watched is not told as long as it is looked at; what follows stands with the decisions about a person.
    "payments.CardSeen": "cards of companies, without their numbers",
    "payments.FraudCheck": "of companies; what follows for a person stands with the decisions about them",
    "payments.Alarm": "things that operators must look at",
    "payments.Seal": "hashes over the books",
    "payments.SendingStop": "when nothing was sent to Stripe",
}
