"""The demo: made-up people, companies and projects, and what became of them, all by calling the rules.

`reading` reads the data, `stories` decides who does what and when, `acting` calls the rules, `living` lets the
time pass in between, `seeding` begins, goes on and ends it. Nothing is inserted behind the rules' back.
"""

PASSWORD = "demo-foothold"  # noqa: S105, known to everybody, and refused in production
STUDENT, EMPLOYER, ADMIN = "student@demo.test", "employer@demo.test", "admin@demo.test"
PEOPLE = (STUDENT, EMPLOYER, ADMIN)
