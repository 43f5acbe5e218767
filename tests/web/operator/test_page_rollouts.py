"""The roll-outs on the page in a real browser: quiet, in both languages, and accessible."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.model import topics
from gateway.web.operator.feed import CityFeed
from tests.web.operator.test_board import message
from tests.web.operator.test_feed import receive
from tests.web.operator.test_page_content import Server, browser, receive_asset, server  # noqa: F401 — fixtures
from tests.web.operator.test_page_users import accessibility_findings
from tests.web.operator.test_rollout_board import WHY, payload, status

pytestmark = pytest.mark.system


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:  # noqa: F811 — the fixtures
    context = browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    expect(page.locator("#link")).to_have_text("live", timeout=30_000)
    yield page
    context.close()


def test_a_roll_out_that_stops_is_shown_with_its_reason_while_the_page_is_open(server: Server, page: Page) -> None:  # noqa: F811
    expect(page.locator("#rollout-part")).to_be_hidden()

    def say(one: bytes) -> None:
        def work(feed: CityFeed) -> None:
            receive(feed, topics.rollouts("prato"), one)
            feed.publish_rollouts()

        server.do(work)

    server.do(receive_asset("lamp", "pl-1", message("pl-1")))
    expect(page.locator("tr[data-asset]")).to_have_count(1)
    page.reload()
    expect(page.locator("#chart-title")).not_to_be_empty()
    say(payload(status(7)))
    row = page.locator("[data-rollout=r7]")
    expect(row.locator("[data-cell=state]")).to_have_text("running")
    expect(row.locator("td.number")).to_have_text(["17", "0", "0", "2", "1", "0"])
    expect(page.locator("#rollouts .why")).to_have_count(0)
    say(payload(status(7, "stopped", WHY)))
    expect(row.locator("[data-cell=state]")).to_have_text("stopped by itself")
    expect(page.locator("#rollouts .why")).to_have_text(WHY.en)
    assert accessibility_findings(page) == []
    page.locator("#language").click()
    expect(row.locator("[data-cell=state]")).to_have_text("fermata da sé")
    expect(page.locator("#rollouts .why")).to_have_text(WHY.it)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_findings(page) == []
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/rollouts-phone.png", full_page=True)
        page.set_viewport_size({"width": 1400, "height": 900})
        page.locator("#rollout-part").scroll_into_view_if_needed()
        page.locator("#rollout-part").screenshot(path=f"{folder}/rollouts-desk.png")
    say(b"")
    expect(page.locator("#rollout-part")).to_be_hidden()
