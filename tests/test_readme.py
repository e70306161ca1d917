"""What the README promises a newcomer exists: its settings, its commands, its places in the code."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS = {path.stem: path.read_text() for path in (ROOT / "marketplace" / "settings").glob("*.py")}
# The site's own numbers and what only developers and tests set are listed in the settings alone.
FOR_DEVELOPERS = {"DEBUG", "LOCAL_RUN", "STRIPE_API_BASE", "STRIPE_TRANSPORT"}


def section(title):
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title):
    rows = [line.split("|")[1] for line in section(title).splitlines() if line.startswith("|")]
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def read_in(text):
    return set(re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', text)) - FOR_DEVELOPERS


def spelt_out(names):
    """`_V2` after `STRIPE_WEBHOOK_SECRET_PLATFORM` is `STRIPE_WEBHOOK_SECRET_V2`."""
    whole = ""
    for name in names:
        whole = name if not name.startswith("_") else whole.rpartition("_")[0] + name
        yield whole


def test_the_settings_it_names_are_those_that_are_read():
    named = set(spelt_out(first_cells("Settings")))
    read = {name for text in SETTINGS.values() for name in read_in(text)}
    assert named - read == set()
    assert read - read_in(SETTINGS["site"]) - read_in(SETTINGS["api"]) - named == set()


def test_the_commands_it_names_are_those_of_the_makefile():
    made = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", README, re.MULTILINE))
    assert named >= {"run", "test"}
    assert named - made == set()


def test_its_map_of_the_code_leads_somewhere_and_leaves_no_folder_out():
    before, places = "", []
    for name in first_cells("The map of the code"):
        before = name if not name.startswith("…") else str(Path(before).parent / name.removeprefix("…/"))
        places.append(before.rstrip("/"))
    assert [place for place in places if not (ROOT / place).exists()] == []
    tops = {place.partition("/")[0] for place in places}
    code = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} | {"templates", "static"}
    assert code - tops == set()
