"""The page in a real browser, on a feed of our own: hostile names and places, a server without a free place, a site without streets."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.host.http_server import serving
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.model.site.access import CornerSettings
from gateway.web.event_stream import EventStream
from gateway.web.operator.alarm_routes import PageAlarms
from gateway.web.operator.app import CityMap, PageData, operator_app
from gateway.web.operator.feed import CityFeed
from gateway.web.operator.login import ConsoleLogin
from tests.system.servers import listens, program, wait_until
from tests.web.operator.test_app import NoAlarms, Recorded, everybody
from tests.web.operator.test_board import T, message, point
from tests.web.operator.test_feed import receive
from tests.web.operator.test_page import FLAGS, wait_in_page

pytestmark = pytest.mark.system


class Server:
    """The page's server in a thread, with places for some viewers."""

    def __init__(
        self,
        viewers_most: int,
        login: ConsoleLogin | None = None,
        areas: Mapping[str, Sequence[CornerSettings]] | None = None,
        data: PageData | None = None,
        alarms: PageAlarms | None = None,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        self._viewers_most, self._login, self._areas = viewers_most, login or everybody(), areas or {}
        self._data, self._alarms, self._now_ms = data or Recorded(), alarms or NoAlarms(), now_ms or (lambda: T)
        self._loop = asyncio.new_event_loop()
        self._started: Future[tuple[int, CityFeed]] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self.port, self._feed = self._started.result(30)
        wait_until("the page's server", lambda: listens(self.port))

    async def _serve(self) -> None:
        followed, points = CityFeed("prato", Broker("mqtt://127.0.0.1:1"), self._now_ms, name="test"), OneThread("points")
        followed.stream = EventStream(viewers_most=self._viewers_most)
        app = operator_app(followed, self._data, self._alarms, points, CityMap(None, self._areas), self._login, self._now_ms)
        async with serving(app, "127.0.0.1:0") as port:
            self._started.set_result((port, followed))
            await self._stop.wait()
            followed.stream.close()
        points.close()

    def do(self, work: Callable[[CityFeed], None]) -> None:
        """Do something with the feed, in its loop."""
        self._loop.call_soon_threadsafe(work, self._feed)

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self._loop.close()


@pytest.fixture(params=[200])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    one = Server(request.param)
    yield one
    one.stop()


def receive_asset(measurement: str, asset: str, payload: bytes) -> Callable[[CityFeed], None]:
    """Return what makes a feed receive an asset's message."""
    return lambda followed: receive(followed, f"prato/v1/citelum/city/{measurement}/{asset}", payload)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """The page of the server in a session of its own, which has no error by the end."""
    errors: list[str] = []
    page = browser.new_page(locale="en-GB")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"http://127.0.0.1:{server.port}/")
    expect(page.locator("#link")).to_have_text("live", timeout=30_000)
    yield page
    page.close()
    assert errors == []


def test_a_site_without_streets_has_a_grid_and_names_and_says_what_is_missing(server: Server, page: Page) -> None:
    for number in range(3):
        receive = receive_asset(
            "lamp", f"pl-{number}", message(f"pl-{number}", name=f"Palo <b>{number}</b>", location=point(11.1 + number / 1000, 43.8))
        )
        server.do(receive)
    expect(page.locator("#map .name")).to_have_text(["Palo <b>0</b>", "Palo <b>1</b>", "Palo <b>2</b>"])
    expect(page.locator("#map .grid").first).to_be_attached()
    expect(page.locator("#streets-note")).to_contain_text("console.streets")
    expect(page.locator("#map-note")).to_be_hidden()


def test_a_site_whose_assets_have_no_location_says_so(server: Server, page: Page) -> None:
    server.do(receive_asset("lamp", "pl-1", message("pl-1")))
    expect(page.locator("#map-note")).to_contain_text("No asset has a location")


def test_marks_that_come_later_are_in_view_unless_a_person_has_moved_the_map(server: Server, page: Page) -> None:
    in_view = (
        "() => { const map = document.querySelector('#map').getBoundingClientRect(); const marks = [...document.querySelectorAll('.leaflet-marker-icon')]"
        ".map((one) => one.getBoundingClientRect()); return marks.filter((one) => one.left >= map.left && one.right <= map.right && one.top >= map.top"
        " && one.bottom <= map.bottom).length; }"
    )
    server.do(receive_asset("lamp", "pl-1", message("pl-1", location=point(11.1, 43.8))))
    server.do(receive_asset("lamp", "pl-2", message("pl-2", location=point(11.2, 43.9))))
    expect(page.locator(".leaflet-marker-icon")).to_have_count(2)
    assert page.evaluate(in_view) == 2
    page.locator(".leaflet-control-zoom-in").click()
    wait_in_page(page, "() => !document.querySelector('.leaflet-zoom-anim')")
    server.do(receive_asset("lamp", "pl-3", message("pl-3", location=point(12.5, 42.0))))
    expect(page.locator(".leaflet-marker-icon")).to_have_count(3)
    assert page.evaluate(in_view) < 3
    page.get_by_role("button", name="Show all").click()
    assert page.evaluate(in_view) == 3


def test_an_address_that_names_nothing_shows_the_page_as_ever(server: Server, page: Page) -> None:
    server.do(receive_asset("lamp", "pl-1", message("pl-1")))
    page.goto(f"http://127.0.0.1:{server.port}/#%")
    expect(page.locator("tr[data-asset]")).to_have_count(1)
    page.evaluate("() => { location.hash = '#%E0%A4%A'; }")
    page.evaluate("() => { location.hash = '#citelum/lamp/none'; }")
    expect(page.locator("#link")).to_have_text("live")


@pytest.mark.parametrize("server", [1], indirect=True)
def test_a_page_without_a_place_tries_again_and_shows_hostile_names_and_places_as_they_are(server: Server, browser: Browser) -> None:
    server.do(receive_asset("lamp", "pl-1", message("pl-1", location=point(11.1, 43.8))))
    other = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    other.request("GET", "/api/events")
    held = other.getresponse()
    errors: list[str] = []
    page = browser.new_page(locale="en-GB")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"http://127.0.0.1:{server.port}/")
    expect(page.locator("#link")).to_have_text("connection lost, reconnecting")
    held.close()
    other.close()
    server.do(lambda followed: followed.publish_faults())
    expect(page.locator("#link")).to_have_text("live", timeout=30_000)
    server.do(receive_asset("constructor", "pl-2", message("pl-2", measurement="constructor", location=point(11.1, 1e308))))
    server.do(receive_asset("lamp", "pl-3", message("pl-3", name="<img src=x onerror=alert(1)>")))
    server.do(receive_asset("lamp", "pl-4", message("pl-4", time="not a time")))
    expect(page.locator("tr[data-asset='pl-3'] small").first).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#kinds button")).to_have_text(["All", "constructor", "Lamps"])
    expect(page.locator("tr[data-asset]")).to_have_count(3)
    expect(page.locator(".leaflet-marker-icon")).to_have_count(1)
    page.close()
    assert errors == []
