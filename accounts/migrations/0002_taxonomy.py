from django.db import migrations
from django.utils.text import slugify

SKILLS = """
Accessibility
Accounting basics
Audio editing
Branding
Budgeting
Business analysis
Business writing
Community management
Competitor research
Content strategy
Copywriting
CRM upkeep
CSS and HTML
Customer interviews
Customer support
Data analysis
Data cleaning
Data visualisation
Desk research
Documentation
Editing and proofreading
Email campaigns
Event planning
Excel and spreadsheets
Figma
Financial modelling
French
German
Git
Grant writing
Graphic design
Illustration
Instructional design
Interviewing
JavaScript
Java
Lead research
Machine learning
Market research
Meeting facilitation
Mobile development
Photography
Policy analysis
Presentation design
Process mapping
Product management
Project planning
Public relations
Python
Quality assurance
R
Recruiting support
Sales outreach
Search optimisation
Social media
Spanish
SQL
Statistics
Survey design
Teaching materials
Technical writing
Transcription
Translation
Usability testing
User interface design
Video editing
"""
INDUSTRIES = """
Agriculture and food
Arts, media and publishing
Construction and property
Education
Energy and environment
Finance and insurance
Health and care
Hospitality and travel
Law and public affairs
Manufacturing
Nonprofit and social impact
Retail and consumer goods
Software and technology
Transport and logistics
"""
JOB_ROLES = """
Accounting and finance
Business operations
Communications
Consulting
Customer success
Data and analytics
Design
Education and training
Human resources
Legal and policy
Market research
Marketing
Product management
Project coordination
Sales and partnerships
Software engineering
"""
LISTS = {"Skill": SKILLS, "Industry": INDUSTRIES, "JobRole": JOB_ROLES}


def fill(apps, schema_editor):
    for model, names in LISTS.items():
        table = apps.get_model("accounts", model).objects.using(schema_editor.connection.alias)
        rows = [table.model(name=name, slug=slugify(name)) for name in names.strip().splitlines()]
        table.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
