"""What an employer picks to put beside a draft."""

from django import forms

from marketplace.kernel.forms import NamesWhatIsMissing
from projects import filing
from projects.forms.fields import FilesField
from projects.models.projects import MAX_MATERIAL_FILES
from projects.models.submissions import MAX_FILE_BYTES


class MaterialsForm(NamesWhatIsMissing, forms.Form):
    files = FilesField(  # type: ignore[assignment]
        label="Files",
        help_text=f"Up to {MAX_MATERIAL_FILES} beside a project, each at most "
        f"{MAX_FILE_BYTES // filing.MEGABYTE} MB. Everybody who sees the project can download them.",
        error_messages={"required": "Choose a file."},
    )
