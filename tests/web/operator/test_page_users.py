"""The page in a real browser with users and areas: login and logout, zoom and comparison by pointer and keyboard, accessibility."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from gateway.alarms.state import AlarmState
from gateway.host.threads import OneThread
from gateway.model.site.access import CornerSettings
from gateway.web.operator.login import ConsoleLogin
from gateway.web.operator.users import UsersFile
from tests.system.servers import program, wait_until
from tests.web.operator.logins import ANNA, users_of_a_page
from tests.web.operator.test_alarm_board import payload
from tests.web.operator.test_alarm_routes import Asked
from tests.web.operator.test_board import message, point
from tests.web.operator.test_feed import ALARM_TOPIC, receive
from tests.web.operator.test_page import FLAGS, wait_in_page
from tests.web.operator.test_page_content import Server, receive_asset
from tests.web.technician.browser import AXE

pytestmark = pytest.mark.system
CENTRO = [CornerSettings(lat=lat, lon=lon) for lat, lon in ((43.0, 11.0), (43.0, 12.0), (44.0, 12.0), (44.0, 11.0))]
_TRIES_S = 60_000


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> UsersFile:
    return users_of_a_page(Path(tmp_path_factory.mktemp("users")))


@pytest.fixture(scope="module")
def alarms() -> Asked:
    return Asked()


@pytest.fixture(scope="module")
def server(users: UsersFile, alarms: Asked) -> Iterator[Server]:
    """The server of a page with users, areas and an alarm."""
    passwords = OneThread("passwords")
    one = Server(200, ConsoleLogin(users, None, passwords, tls=False), {"centro": CENTRO}, alarms=alarms)
    one.do(lambda followed: receive(followed, ALARM_TOPIC, payload()))
    yield one
    one.stop()
    passwords.close()


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    """A browser on a page with users, which has no error by the end."""
    errors = list[str]()
    server.do(receive_asset("lamp", "pl-1", message("pl-1", location=point(11.1, 43.8))))
    server.do(receive_asset("lamp", "pl-2", message("pl-2", failed=True, location=point(9.1, 45.4))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        page = browser.new_page(locale="en-GB", bypass_csp=True)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.port}/")
        yield page
        browser.close()
    assert errors == []


def accessibility_findings(page: Page) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run({ iframes: false })")
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture
def inside(page: Page) -> Page:
    """The page with Anna logged in, whichever test of the module this process runs first."""
    if page.locator("main:not([hidden])").count() == 0:
        page.locator("#login-name").fill("anna", timeout=_TRIES_S)
        page.locator("#login-password").fill(ANNA)
        page.keyboard.press("Enter")
    expect(page.locator("tr[data-asset]")).to_have_count(2, timeout=_TRIES_S)
    return page


def test_a_person_logs_in_after_a_wrong_password(page: Page) -> None:
    expect(page.locator("#login-name")).to_be_focused(timeout=_TRIES_S)
    expect(page.locator("main:not([hidden])")).to_have_count(0)
    assert accessibility_findings(page) == []
    page.keyboard.type("anna")
    page.locator("#login-password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#login-error")).to_have_text("the name or the password is wrong", timeout=_TRIES_S)
    page.locator("#login-password").fill(ANNA)
    page.keyboard.press("Enter")
    expect(page.locator("#user span")).to_have_text("anna", timeout=_TRIES_S)
    expect(page.locator("tr[data-asset]")).to_have_count(2, timeout=_TRIES_S)


def test_areas_have_their_figures_and_filter_the_assets(inside: Page) -> None:
    page = inside
    rows = page.locator("#areas tr[data-area]")
    expect(rows).to_contain_text(["centro", "in no area"], timeout=_TRIES_S)
    rows.first.get_by_role("button").click()
    expect(page.locator("tr[data-asset]")).to_have_attribute("data-asset", "pl-1")
    rows.first.get_by_role("button").click()
    expect(page.locator("tr[data-asset]")).to_have_count(2)


def test_an_alarm_is_acknowledged_by_keyboard_and_says_who_did_it(inside: Page, alarms: Asked, server: Server) -> None:
    page = inside
    summary = page.locator("#alarms .summary")
    expect(summary).to_contain_text("Panel dark", timeout=_TRIES_S)
    summary.focus()
    page.keyboard.press("a")
    expect(page.locator("[data-verb=ack]")).to_be_focused()
    expect(page.locator("#alarms .details")).to_contain_text("Send the lighting operator: breaker, contactor or clock of the panel")
    page.get_by_label("Comment").fill("team on the way")
    page.locator("[data-verb=ack]").press("Enter")
    expect(page.locator("#alarms .details [role=status]")).to_have_text("Waiting for the centre …")
    wait_until("that the centre is asked", lambda: bool(alarms.asked))
    assert [(one.verb, one.by, one.comment) for one, _ in alarms.asked] == [("ack", "anna", "team on the way")]
    server.do(lambda followed: receive(followed, ALARM_TOPIC, payload(AlarmState.ACKNOWLEDGED, "anna")))
    server.do(lambda followed: followed.publish_alarms())
    expect(summary).to_contain_text("acknowledged by anna", timeout=_TRIES_S)
    expect(page.locator("[data-verb=ack]")).to_have_count(0)
    page.locator("#alarm-views [data-choice=log]").click()
    expect(page.locator("#alarms .logged").first).to_contain_text("acknowledged by anna: Panel dark, qe-1", timeout=_TRIES_S)
    page.locator("#alarm-views [data-choice=active]").click()
    assert accessibility_findings(page) == []


def test_a_name_in_the_list_of_alarms_is_not_broken_at_its_hyphen(inside: Page) -> None:
    page = inside
    expect(page.locator("#alarms .summary")).to_contain_text("Panel dark", timeout=_TRIES_S)
    lines = "one => { const range = document.createRange(); range.selectNodeContents(one); return range.getClientRects().length; }"
    heights = set()
    for width in range(300, 420, 4):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("#alarms .summary .name").evaluate(lines) == 1, width
        heights.add(page.locator("#alarms .summary .what").evaluate("one => one.getBoundingClientRect().height"))
    assert len(heights) > 1, "at some width, the name is on a line of its own"


def place_of_chart(page: Page) -> dict[str, float]:
    """Return where the curves are: in one look, as the chart is drawn anew when a value comes."""
    where = "() => { const area = document.querySelector('#chart .u-over'); return area && area.getBoundingClientRect().toJSON(); }"
    wait_in_page(page, where)
    found: dict[str, float] | None = page.evaluate(where)
    return found or place_of_chart(page)


def test_a_chart_is_zoomed_moved_and_compared_by_keyboard_and_pointer(inside: Page) -> None:
    page = inside
    page.locator("tr[data-asset='pl-1'] td").first.click()
    wait_in_page(page, "() => document.querySelector('#chart .u-over') !== null")
    page.locator("#chart").focus()
    for key, title in (("-", "to"), ("ArrowLeft", "to"), ("Home", "to")):
        page.keyboard.press(key)
        expect(page.locator("#chart-title")).to_contain_text(title)
    expect(page.locator("[data-tool=present]")).to_be_disabled()
    page.locator("#spans [data-choice='604800']").click()
    expect(page.locator("#chart-title")).to_have_text("lamp failure, 7 days")
    page.locator("[data-tool=compare]").click()
    expect(page.locator("[data-tool=compare]")).to_have_attribute("aria-pressed", "true")
    wait_in_page(page, "() => Number(document.querySelector('#chart').dataset.before) > 0")
    expect(page.locator("#chart .u-legend")).to_contain_text("the week before")
    box = place_of_chart(page)
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50, steps=4)
    page.mouse.up()
    expect(page.locator("#chart-title")).to_contain_text(" to ")
    expect(page.locator("[data-tool=present]")).to_be_enabled()
    assert accessibility_findings(page) == []


def test_a_person_who_logs_out_sees_the_login_and_so_does_one_who_was_removed(inside: Page, users: UsersFile) -> None:
    page = inside
    page.locator("#leave").click()
    expect(page.locator("#login-name")).to_be_visible(timeout=_TRIES_S)
    assert page.evaluate("() => fetch('/api/street').then((answer) => answer.status)") == 401
    page.locator("#login-name").fill("anna")
    page.locator("#login-password").fill(ANNA)
    page.locator("#login-button").click()
    expect(page.locator("#user span")).to_have_text("anna", timeout=_TRIES_S)
    users.remove("anna")
    page.reload()
    expect(page.locator("#login-name")).to_be_visible(timeout=_TRIES_S)
