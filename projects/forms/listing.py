"""From which row on a list goes on, as it stands in the address."""

from typing import Any

from django import forms
from django.utils.http import urlencode

from projects.models.turns import Spot, spot_of

PAGE = 20


class FromForm(forms.Form):
    """`?after=1.1764115199000000.42`: what cannot be read starts from the front."""

    after = forms.RegexField(regex=r"^[0-2]\.-?\d{1,17}\.\d{1,18}$", required=False)

    @property
    def spot(self) -> Spot | None:
        self.is_valid()
        written = self.cleaned_data.get("after")
        return Spot(*map(int, written.split("."))) if written else None

    def page(self, rows: Any, *, size: int = PAGE) -> dict[str, Any]:
        """One page of a queryset that knows `after`, and the address of what follows."""
        found = list(rows.after(self.spot)[: size + 1])
        older = self.query(after=str(spot_of(found[size - 1]))) if len(found) > size else ""
        return {"rows": found[:size], "older": older, "newer": self.query() if self.spot else ""}

    def query(self, **changes: str) -> str:
        """What the address says beside the place, as far as it can be read, with `changes`."""
        self.is_valid()
        kept = {name: value for name, value in self.cleaned_data.items() if name != "after"}
        return "?" + urlencode({name: value for name, value in (kept | changes).items() if value})
