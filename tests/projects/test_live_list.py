"""The list of projects follows what is typed and chosen, and asks no more often than something changed."""

from playwright.sync_api import expect

from tests import cast


def test_each_change_asks_once_and_leaving_a_field_asks_nothing(site_server, page):
    cast.an_open_project()
    page.goto("/projects/")
    asked = []
    page.on("request", lambda request: "/projects/?" in request.url and asked.append(request.url))
    search = page.get_by_label("Search")
    search.fill("interviews")
    expect(page.locator("#results")).to_contain_text("1 open project that fits")
    search.press("Tab")
    page.get_by_label("Hours to").fill("6")
    expect(page.locator("#results")).to_contain_text("No open project fits")
    page.get_by_label("Least pay an hour").focus()
    page.get_by_label("Industry").select_option(index=1)
    page.wait_for_timeout(600)  # longer than any field waits before it asks
    assert len(asked) == 3, asked
