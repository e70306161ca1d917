"""Every page of the site, each in the states that people meet it in: one module for each kind of person.

A stop goes to the walk of whoever meets the page; an address that shows none goes to `no_pages`.
"""

from tests.site.every_page.walks.employers import EMPLOYERS
from tests.site.every_page.walks.moderators import MODERATORS
from tests.site.every_page.walks.stripe import STRIPE
from tests.site.every_page.walks.students import STUDENTS
from tests.site.every_page.walks.visitors import VISITORS

WALKS = {
    "visitors": VISITORS,
    "students": STUDENTS,
    "employers": EMPLOYERS,
    "moderators": [*MODERATORS, *STRIPE],
}
