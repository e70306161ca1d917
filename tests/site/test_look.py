"""The look: the tokens' contrast, what components do in a browser, error pages that need nothing, the front page."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

TOKENS = (settings.BASE_DIR / "static/src/css/tokens.css").read_text()
COLOURS = {
    name: pair for name, *pair in re.findall(r"--color-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}
TONES = ("held", "released", "waiting", "trouble")
GROUNDS = ("paper", "sheet", "well")
TEXT = [
    *((ink, ground) for ink in ("ink", "soft", "brand", *TONES) for ground in GROUNDS),
    *((ink, f"{tone}-wash") for tone in TONES for ink in (tone, "ink", "soft")),
    *(("on-fill", fill) for fill in ("fill", "fill-strong", "trouble-fill")),
    *((ink, "wash") for ink in ("ink", "soft", "brand")),
]
SHAPES = [
    (shape, ground)
    for shape in ("edge", "focus", *(f"{tone}-mark" for tone in TONES))
    for ground in GROUNDS[:2]
]


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("least", "pairs"), [(4.5, TEXT), (3, SHAPES)], ids=["text", "shapes"])
def test_the_tokens_have_contrast(mode, least, pairs):
    weak = {pair: contrast(COLOURS[pair[0]][mode], COLOURS[pair[1]][mode]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_components_write_no_colour_of_their_own():
    """Shadows behind a dialog apart, colours stand in tokens.css alone."""
    for sheet in (settings.BASE_DIR / "static/src/css").glob("*.css"):
        if sheet.name != "tokens.css":
            stray = [line for line in sheet.read_text().splitlines() if re.search(r"#[0-9a-f]{6}\b", line)]
            assert stray == [], sheet.name


def test_a_dialog_opens_without_javascript_too(open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(reverse("design") + "#withdraw")
    assert page.get_by_role("dialog").is_visible()


def test_a_dialog_opens_closes_and_gives_the_focus_back(page):
    page.goto(reverse("design"))
    opener = page.locator("[data-dialog]")
    opener.click()
    assert page.get_by_role("dialog", name="Withdraw the application?").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert opener.evaluate("link => link === document.activeElement")


@pytest.mark.parametrize(
    ("fee", "hours", "sums"),
    [
        ("330.55", "12", ["$27.54", "$33.06", "$363.61"]),  # 10 % is 33.055: half a cent up
        ("40", "2", ["$20.00", "$5.00", "$45.00"]),
        ("40", "", ["–", "$5.00", "$45.00"]),
        ("much", "2", ["–", "–", "–"]),
    ],
)
def test_sums_follow_what_one_types(page, fee, hours, sums):
    page.goto(reverse("design"))
    page.fill("#id_fee", fee)
    page.fill("#id_hours", hours)
    assert page.locator("[data-live-sum] output").all_text_contents() == sums


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "429", "500", "503"])
def test_an_error_page_stands_without_any_context(code):
    page = get_template(f"{code}.html").render()
    assert page.count("<h1>") == page.count("<main") == 1
    assert 'class="button' in page


def test_the_front_page_invents_no_figures(client, db):
    page = client.get(reverse("home")).content.decode()
    assert "open now" not in page
    assert "last 90 days" not in page
    assert "No project is open right now" in page


def test_the_front_page_asks_the_same_few_questions_for_everyone(client, db, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(reverse("home"))
