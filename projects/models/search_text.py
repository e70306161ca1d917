"""What the search of projects looks through."""

from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchText(models.Func):
    """Title, then skills, then brief, weighted for ranking; stored by the database itself."""

    template = (
        "setweight(to_tsvector('english'::regconfig, title), 'A')"
        " || setweight(to_tsvector('english'::regconfig, skill_names), 'B')"
        " || setweight(to_tsvector('english'::regconfig, brief), 'D')"
    )
    output_field = SearchVectorField()
