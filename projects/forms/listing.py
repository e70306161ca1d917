"""From which row on a list goes on, as it stands in the address."""

from typing import Any

from django import forms

from projects.models.turns import Spot, spot_of

PAGE = 20


class FromForm(forms.Form):
    """`?after=1.1764115199000000.42`: what cannot be read starts from the front."""

    after = forms.RegexField(regex=r"^[0-2]\.-?\d{1,17}\.\d{1,18}$", required=False)

    @property
    def spot(self) -> Spot | None:
        written = self.cleaned_data["after"] if self.is_valid() else ""
        return Spot(*map(int, written.split("."))) if written else None

    def page(self, rows: Any, *, size: int = PAGE) -> dict[str, Any]:
        """One page of a queryset that knows `after`, and the address of what follows."""
        found = list(rows.after(self.spot)[: size + 1])
        older = f"?after={spot_of(found[size - 1])}" if len(found) > size else ""
        return {"rows": found[:size], "older": older, "newer": "?" if self.spot else ""}
