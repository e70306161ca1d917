"""What the linter's rules of security (ruff's S, which are bandit's) cannot know of this code.

Each list names every exception with its place, so that a new one is seen and thought about.
"""

import ast
import re

import pytest
from django.core import signing

from accounts.models import invitations, resets
from marketplace.kernel import preferences
from marketplace.kernel.models import signatures
from payments.models import requests
from tests.test_architecture import DOORS, ROOT, SOURCES

TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in SOURCES}
DOOR_NAMES = {str(path.relative_to(ROOT)) for path in DOORS}


def text_of(func):
    """What is called as it is written, where it is a name or a chain of them."""
    parts = []
    while isinstance(func, ast.Attribute):
        parts.append(func.attr)
        func = func.value
    parts.append(func.id if isinstance(func, ast.Name) else ast.unparse(func))
    return ".".join(reversed(parts))


NODES = [(name, node) for name, tree in TREES.items() for node in ast.walk(tree)]
CALLS = [(name, text_of(node.func), node) for name, node in NODES if isinstance(node, ast.Call)]


def called(*names):
    return {(place, what) for place, what, _ in CALLS if what.rpartition(".")[2] in names}


def test_html_is_called_safe_in_two_places():
    assert called("mark_safe", "SafeString", "SafeText") == {
        ("marketplace/templatetags/icons.py", "mark_safe"),  # a drawing of the package's own archive
        ("marketplace/templatetags/prose.py", "mark_safe"),  # what nh3 left of a Markdown text
    }
    for place, what, call in CALLS:
        if what in {"format_html", "format_html_join"}:
            words = call.args[what == "format_html_join"]
            assert isinstance(words, ast.Constant), (place, "puts a value into its own words")


def test_templates_escape_whatever_was_typed():
    raw = {
        (str(path.relative_to(ROOT / "templates")), found)
        for path in TEMPLATES
        if path.suffix == ".html"
        for found in re.findall(r"[\w.]+\|(?:safe|safeseq)\b|autoescape off", path.read_text())
    }
    assert raw == {
        ("emails/base.html", "html_body|safe"),  # rendered by our Markdown, in which what was typed is text
        ("django/forms/field.html", "field.help_text|safe"),  # our own words
    }


def test_a_form_of_another_site_is_taken_where_a_signature_proves_it():
    exempt = {
        name
        for name, node in NODES
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and any("csrf_exempt" in ast.unparse(one) for one in node.decorator_list)
    }
    assert exempt == {"payments/webhooks.py", "accounts/views/letters.py"}
    assert called("csrf_exempt") == set()


def test_no_value_is_put_into_sql():
    assert (
        called("RawSQL", "extra") | {(place, what) for place, what in called("raw") if "objects" in what}
        == set()
    )
    composed = {
        place
        for place, what, call in CALLS
        if what.rpartition(".")[2] in {"execute", "executemany"} and call.args and is_composed(call.args[0])
    }
    assert composed == {
        "marketplace/site/local/servers.py",  # names of this machine's own roles and database
    }


def is_composed(words):
    if isinstance(words, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in words.values)
    called = ast.unparse(words.func) if isinstance(words, ast.Call) else ""
    return isinstance(words, ast.BinOp) or (called.endswith(".format") and not called.startswith("sql.SQL("))


def test_only_the_guarded_reader_asks_addresses_that_people_give():
    reaching = {
        "urllib.request",
        "http.client",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "telnetlib",
        "smtplib",
    }
    places = {name for name, node in NODES if reaching & imported(node)}
    assert {place for place in places if not place.startswith("payments/sandbox/")} == {
        "marketplace/kernel/fetching.py",  # the guarded one
        "marketplace/site/management/commands/probe.py",  # our own server
        "marketplace/site/local/supervisor.py",  # the same
        "marketplace/site/demo/living.py",  # our own stand-in for Stripe
    }


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names} | {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def test_each_exception_from_the_linters_rules_of_security_is_known():
    """In what runs in production; the demo, the local run and the stand-in for Stripe do not."""
    found = {}
    for path in SOURCES:
        if {"demo", "local", "sandbox"} & set(path.parts):
            continue
        codes = re.findall(r"# noqa: ([^-\n]*)", path.read_text())
        if told := sorted({code for line in codes for code in re.findall(r"\bS\d+", line)}):
            found[str(path.relative_to(ROOT))] = told
    assert found == {
        "marketplace/kernel/states.py": ["S608"],  # names of our tables and columns
        "marketplace/serving.py": ["S104", "S108"],  # it listens and shows its life within its container
        "marketplace/site/management/commands/probe.py": ["S310"],  # asks our own server
        "marketplace/templatetags/icons.py": ["S308", "S314"],  # drawings of the package's own archive
        "marketplace/templatetags/prose.py": ["S308"],
        "payments/ledger/posting.py": ["S608"],  # so many places for values as there are lines
    }
    assert [path for path in SOURCES if "# nosec" in path.read_text()] == []


def test_scripts_write_text_and_never_html():
    risky = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|Storage\b"
    )
    found = {(path.name, word) for path in SCRIPTS for word in re.findall(risky, path.read_text())}
    assert found == set()
    settings_of_htmx = (ROOT / "templates" / "base.html").read_text()
    assert '"allowEval":false,"selfRequestsOnly":true' in settings_of_htmx


def test_each_page_says_which_methods_it_takes():
    named = {
        tuple(ast.unparse(call.args[1]).split(".")[-2:])
        for place, what, call in CALLS
        if place.endswith("urls.py") and what == "path" and isinstance(call.args[1], ast.Attribute)
    }
    silent = {
        (place, node.name)
        for place, tree in TREES.items()
        if "views" in place or place.startswith("marketplace/site/")
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and (place.rpartition("/")[2].removesuffix(".py"), node.name) in named
        and not any("require_" in ast.unparse(one) for one in node.decorator_list)
    }
    assert len(named) > 50
    of_allauth = {("accounts/views/google.py", "callback"), ("accounts/views/google.py", "nowhere")}
    assert silent - of_allauth == set()


@pytest.mark.parametrize("kind", ["views", "api"])
def test_a_thing_is_found_among_those_that_the_person_may_see(kind):
    """`visible_to`, or what belongs to the person who asks or to something found so."""
    bounds = ("visible_to(", ".of(", "made_by(", ".none()", "user=request.user")
    bare = {
        (place, ast.unparse(call.args[0])[:60])
        for place, what, call in CALLS
        if place in DOOR_NAMES
        and f"/{kind}" in place
        and what == "get_object_or_404"
        and re.match(r"[A-Z]\w+(\.objects|$)", ast.unparse(call.args[0]))
        and not any(bound in ast.unparse(call.args[0]) for bound in bounds)
    }
    of_few = {
        ("accounts/views/letters.py", "User"),  # whom a signed link of a letter names
        ("accounts/views/rights.py", "StaffRight"),  # staff alone get there
        ("accounts/views/rights.py", "User"),  # the same
        (
            "accounts/views/resetting.py",
            "SecondStepReset.objects.of_token(token)",
        ),  # a signed link of a letter
        ("marketplace/site/second/views.py", "SecondSignature.objects.of_token(token).select_related('aske"),
        ("accounts/views/staff.py", "Invitation.objects.select_related('company', 'invited_by')"),  # the same
    }
    assert bare - of_few == set()


def test_a_link_of_one_kind_opens_no_other():
    """Each kind of signed link has a salt of its own, and one that somebody else signed opens nothing."""
    salts = {"invitation": invitations.SALT, "payer": requests.SALT, "letters": preferences.SALT}
    salts |= {"second step": resets.SALT, "second signature": signatures.SALT}
    assert len(set(salts.values())) == len(salts)
    letter = signing.dumps(["somebody", "work"], salt=preferences.SALT)
    assert preferences.read_token(letter) == ("somebody", "work")
    invited = signing.Signer(salt=invitations.SALT).sign_object(["somebody", 1])
    assert invitations.read_token(invited) == ("somebody", 1)
    forged = signing.dumps(["somebody", "work"], salt=preferences.SALT, key="of somebody else")
    for token, read in (
        (invited, preferences.read_token),
        (letter, invitations.read_token),
        (forged, preferences.read_token),
    ):
        with pytest.raises(signing.BadSignature):
            read(token)
