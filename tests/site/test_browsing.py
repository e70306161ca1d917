"""The browser fixtures themselves: a real page of the real server, watched."""

from tests.browsing import assert_accessible, assert_fits


def test_a_visitor_opens_a_page(page, site_server):
    page.goto("/accounts/login/")
    assert page.url.startswith(site_server)
    assert_accessible(page)
    assert_fits(page)


def test_a_request_to_another_host_is_noted(page, watch, site_server):
    page.goto(site_server.replace("localhost", "127.0.0.1") + "/healthz")
    assert any("another host" in complaint for complaint in watch.complaints)
    watch.complaints.clear()
