"""The pages in a real browser: a wall that follows what happens, a phone that acts with one tap, a page that needs no script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.web import guarding
from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.situation.pages.screens import CITIZENS, PHONES, WALLS, RoomLook, findings, log_in, opened
from tests.web.situation.pages.story import StoryRoom, story_room, tell_last_hour, tell_morning

pytestmark = pytest.mark.system
_TRIES_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryRoom]:
    with story_room(tmp_path_factory.mktemp("room")) as found:
        tell_morning(found)
        yield found


@pytest.fixture
def wall(browser: Browser, room: StoryRoom) -> Iterator[Page]:
    with opened(browser, f"{room.address}/room", WALLS[1]) as page:
        log_in(page, "sala@comune")
        yield page


@pytest.fixture
def phone(browser: Browser, room: StoryRoom) -> Iterator[Page]:
    with opened(browser, f"{room.address}/room", PHONES[1]) as page:
        log_in(page, "luca@comune")
        yield page


def test_a_wall_tells_what_happens_without_being_loaded_again(wall: Page, room: StoryRoom) -> None:
    page = wall
    expect(page.locator(".row")).to_have_count(8, timeout=_TRIES_MS)
    page.evaluate("() => { window.stayed = true; }")
    tell_last_hour(room)
    expect(page.locator(".row")).to_have_count(11, timeout=_TRIES_MS)
    expect(page.locator("[data-situation=citelum-buio-roma]")).to_contain_text("← maybe due to 2verified")
    expect(page.locator(".news")).to_contain_text("Comune di Prato reports Queue in Viale della Repubblica", timeout=_TRIES_MS)
    expect(page.locator(".exercise-strip")).to_contain_text("EXERCISE: an exercise is under way; it is not real")
    expect(page.locator("[data-situation=comune-prova-sottopasso]")).to_have_class(re.compile("exercise"))
    expect(page.locator(".figures .conflicts")).to_contain_text("1")
    expect(page.locator("[data-situation=publiacqua-condotta-roma] .conflict-badge")).to_be_visible()
    expect(page.locator("[data-situation=citelum-pali-roma] .answer.objected")).to_contain_text("Autolinee")
    expect(page.locator(".map .mark.exercise")).to_have_count(1)
    expect(page.locator(".map .conflict-line")).to_have_count(1)
    room.answer("comune", "citelum-pali-roma", "accepted")
    expect(page.locator("[data-situation=citelum-pali-roma] .answer.accepted")).to_contain_text("Comune", timeout=_TRIES_MS)
    room.do("publiacqua", "publiacqua-condotta-roma", "end")
    expect(page.locator(".figures .conflicts")).to_have_count(0, timeout=_TRIES_MS)
    assert page.evaluate("() => window.stayed") is True
    assert findings(page) == []


def test_filters_show_an_organisation_and_kinds_and_are_in_the_address(wall: Page) -> None:
    page = wall
    page.locator(".filters select").select_option("publiacqua")
    expect(page.locator(".row")).to_have_count(2, timeout=_TRIES_MS)
    page.locator(".filters select").select_option("")
    page.get_by_role("button", name="Outage", exact=True).click()
    expect(page.locator(".row")).to_have_count(1)
    assert page.url.endswith("#kinds=outage")
    page.reload()
    expect(page.locator(".row")).to_have_count(1, timeout=_TRIES_MS)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".row")).to_have_count(8)


def test_a_wall_turns_its_rows_by_itself_until_it_is_told_to_stop(wall: Page, room: StoryRoom) -> None:
    page = wall
    page.clock.install()
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 560})
    page.reload()
    expect(page.locator(".row")).to_have_count(8, timeout=_TRIES_MS)
    expect(page.locator(".below")).to_contain_text("more below", timeout=_TRIES_MS)
    top = "() => document.querySelector('.rows').scrollTop"
    assert page.evaluate(top) == 0
    page.clock.fast_forward(13_000)
    turned = page.evaluate(top)
    assert turned > 0
    for _ in range(8):
        page.clock.fast_forward(12_000)
        if page.evaluate(top) == 0:
            break
    assert page.evaluate(top) == 0, "after the last rows come the first"
    page.get_by_role("button", name="Stop turning").click()
    page.clock.fast_forward(300_000)
    assert page.evaluate(top) == 0
    assert findings(page) == []


def test_a_reader_opens_a_situation_by_keyboard_and_can_change_nothing(wall: Page) -> None:
    page = wall
    page.locator("[data-situation=publiacqua-condotta-roma] .label").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ufficio lavori, 0574 1234", timeout=_TRIES_MS)
    expect(dialog).to_contain_text("New lamp posts in Via Roma")
    expect(dialog.locator(".past li").last).to_contain_text("Publiacqua reports", timeout=_TRIES_MS)
    expect(dialog.locator(".deed")).to_have_count(0)
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_lost_connection_is_said_and_what_was_missed_comes_with_the_next(wall: Page, room: StoryRoom) -> None:
    page = wall
    page.clock.install()
    page.reload()
    expect(page.locator(".link")).to_have_text("live", timeout=_TRIES_MS)
    page.route("**/api/**", lambda route: route.abort())
    page.clock.fast_forward(30_000)  # nothing is heard, though nobody has closed the connection
    expect(page.locator(".link")).to_contain_text("connection lost at", timeout=_TRIES_MS)
    room.answer("comune", "publiacqua-allaccio-strozzi", "accepted")
    page.clock.fast_forward(5_000)
    expect(page.locator("main")).to_have_class("old")
    page.unroute("**/api/**")
    page.clock.fast_forward(5_000)
    expect(page.locator(".link")).to_have_text("live", timeout=_TRIES_MS)
    expect(page.locator("[data-situation=publiacqua-allaccio-strozzi] .answer.accepted")).to_contain_text("Comune", timeout=_TRIES_MS)


def test_a_phone_shows_what_needs_the_organisation_first_and_one_tap_accepts(phone: Page) -> None:
    page = phone
    first = page.locator(".needs article").first
    expect(first).to_contain_text("Your answer is awaited", timeout=_TRIES_MS)
    expect(page.locator(".needs .count")).to_have_text("3")
    assert findings(page) == []
    page.locator(".needs [data-situation=publiacqua-allaccio-strozzi]").get_by_role("button", name="Accept").tap()
    expect(page.locator(".needs .count")).to_have_text("2", timeout=_TRIES_MS)
    expect(page.locator("[data-situation=publiacqua-allaccio-strozzi] .mine")).to_contain_text("You have accepted")


def test_an_objection_needs_its_reason(phone: Page) -> None:
    page = phone
    card = page.locator("[data-situation=citelum-pali-roma]")
    card.get_by_role("button", name="Object…").tap()
    expect(card.locator("textarea")).to_be_focused(timeout=_TRIES_MS)
    expect(card.get_by_role("button", name="Object")).to_be_disabled()
    card.locator("textarea").fill("The market is there")
    assert findings(page) == []
    card.get_by_role("button", name="Object").tap()
    expect(card.locator(".answer.objected").last).to_contain_text("Comune", timeout=_TRIES_MS)
    expect(page.locator(".news li").first).to_contain_text("Comune di Prato objects to New lamp posts in Via Roma")
    expect(page.locator(".news li").first.locator("q")).to_have_text("The market is there")


def test_an_owner_confirms_and_ends(phone: Page, room: StoryRoom) -> None:
    page = phone
    room.now_ms += 4 * 86_400_000
    room.publish(
        "comune",
        "comune-altro",
        "Via Strozzi",
        kind="traffic",
        headline={"it": "Altro"},
        timing={"planned_start": "2026-12-01"},
        traffic={"type": "other"},
    )
    market = page.locator("[data-situation=comune-mercato]")
    expect(market).to_contain_text("Confirm that it begins", timeout=_TRIES_MS)
    market.get_by_role("button", name="Confirm").tap()
    expect(market.locator(".state")).to_have_text("confirmed", timeout=_TRIES_MS)
    other = page.locator("[data-situation=comune-altro]")
    other.get_by_role("button", name="It is over").tap()
    expect(other).to_have_count(0, timeout=_TRIES_MS)


def test_what_could_not_be_sent_is_said_and_sent_again_once(phone: Page, room: StoryRoom) -> None:
    page = phone
    card = page.locator("[data-situation=publiacqua-allaccio-strozzi]")
    page.route("**/acknowledge", lambda route: route.abort())
    card.get_by_role("button", name="Accept").tap()
    expect(card.get_by_role("alert")).to_contain_text("it was not sent", timeout=_TRIES_MS)
    page.unroute("**/acknowledge")
    card.get_by_role("button", name="Accept").tap()
    expect(card.locator(".mine")).to_contain_text("You have accepted", timeout=_TRIES_MS)
    assert room.version("comune", "publiacqua-allaccio-strozzi") == 2


def test_who_lost_the_password_is_logged_out(phone: Page, room: StoryRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_REVIEW_S", 0.2)
    page = phone
    page.reload()
    expect(page.locator(".needs")).to_be_visible(timeout=_TRIES_MS)
    room.passwords.remove("luca@comune")
    expect(page.locator("#login-name")).to_be_visible(timeout=_TRIES_MS)


@pytest.mark.parametrize("look", CITIZENS, ids=lambda look: look.name)
def test_the_page_for_citizens_has_no_findings_on_any_screen(browser: Browser, room: StoryRoom, look: RoomLook) -> None:
    with opened(browser, f"{room.address}/", look) as page:
        expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
        assert findings(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_list_for_citizens_needs_no_script_and_links_to_topics_and_languages(browser: Browser, room: StoryRoom) -> None:
    context = browser.new_context(java_script_enabled=False, locale="it-IT")
    page = context.new_page()
    page.goto(room.address)
    expect(page.get_by_role("heading", name="Nuova condotta idrica in Via Roma")).to_be_visible(timeout=_TRIES_MS)
    expect(page.locator("#map-part")).to_be_hidden()
    page.get_by_role("link", name="Eventi").click()
    expect(page.locator("article")).to_have_count(1)
    page.get_by_role("link", name="English").click()
    expect(page.locator("article h3")).to_have_text("Lighting of the tree in Piazza del Comune")
    context.close()
