"""The page in a real browser, on a feed of our own: hostile names and places, and a server without a free place."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from playwright.sync_api import expect, sync_playwright

from gateway.host.http_server import serving
from gateway.host.threads import OneThread
from gateway.web.event_stream import EventStream
from gateway.web.operator.app import operator_app
from gateway.web.operator.feed import CityFeed
from tests.system.servers import listens, program, wait_until
from tests.web.operator.test_app import Recorded
from tests.web.operator.test_board import message, point
from tests.web.operator.test_feed import feed, receive
from tests.web.operator.test_page import FLAGS

pytestmark = pytest.mark.system


class Server:
    """The page's server in a thread; it has a place for one viewer."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._started: Future[tuple[int, CityFeed]] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self.port, self._feed = self._started.result(30)
        wait_until("the page's server", lambda: listens(self.port))

    async def _serve(self) -> None:
        followed, points = feed(), OneThread("points")
        followed.stream = EventStream(viewers_most=1)
        async with serving(operator_app(followed, Recorded(), points, None), "127.0.0.1:0") as port:
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


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


def receive_asset(measurement: str, asset: str, payload: bytes) -> Callable[[CityFeed], None]:
    """Return what makes a feed receive an asset's message."""
    return lambda followed: receive(followed, f"prato/v1/citelum/city/{measurement}/{asset}", payload)


def test_a_page_without_a_place_tries_again_and_shows_hostile_names_and_places_as_they_are(server: Server) -> None:
    server.do(receive_asset("lamp", "pl-1", message("pl-1", location=point(11.1, 43.8))))
    other = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    other.request("GET", "/api/events")
    held = other.getresponse()
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        page = browser.new_page(locale="en-GB")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.port}/")
        expect(page.locator("#link")).to_have_text("connection lost, reconnecting")
        held.close()
        other.close()
        server.do(lambda followed: followed.publish_alarms())
        expect(page.locator("#link")).to_have_text("live", timeout=30_000)
        server.do(receive_asset("constructor", "pl-2", message("pl-2", measurement="constructor", location=point(11.1, 1e308))))
        server.do(receive_asset("lamp", "pl-3", message("pl-3", name="<img src=x onerror=alert(1)>")))
        server.do(receive_asset("lamp", "pl-4", message("pl-4", time="not a time")))
        expect(page.locator("tr[data-asset='pl-3'] small").first).to_have_text("<img src=x onerror=alert(1)>")
        expect(page.locator("#kinds button")).to_have_text(["All", "constructor", "Lamps"])
        expect(page.locator("tr[data-asset]")).to_have_count(3)
        expect(page.locator(".leaflet-marker-icon")).to_have_count(1)
        browser.close()
    assert errors == []
