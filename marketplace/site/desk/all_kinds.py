"""Every kind of case that the desk can show."""

from marketplace.kernel.models import Case
from marketplace.site.desk import (
    of_companies,
    of_flags,
    of_fraud,
    of_money,
    of_projects,
    of_reports,
    of_resets,
    of_sanctions,
)
from marketplace.site.desk.kinds import Kind

KINDS: dict[str, Kind] = {
    Case.Kind.PROJECT: of_projects.PROJECT,
    Case.Kind.EDIT: of_projects.EDIT,
    Case.Kind.SAMPLE: of_projects.SAMPLE,
    Case.Kind.COMPANY: of_companies.COMPANY,
    Case.Kind.REPORT: of_reports.REPORT,
    Case.Kind.FLAG: of_flags.FLAG,
    Case.Kind.FRAUD: of_fraud.FRAUD,
    Case.Kind.SECOND: of_sanctions.SECOND,
    Case.Kind.APPEAL: of_sanctions.APPEAL,
    Case.Kind.AWARD: of_money.AWARD,
    Case.Kind.FINDING: of_money.FINDING,
    Case.Kind.OBJECTION: of_money.OBJECTION,
    Case.Kind.RESET: of_resets.RESET,
}
