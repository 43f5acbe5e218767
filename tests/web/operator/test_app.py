"""The operator's page over HTTP: its files, its snapshot, its events, and the points of charts."""

import asyncio
import http.client
from collections.abc import Mapping

import msgspec
import pytest
from starlette.types import ASGIApp

from gateway.alarms.state import Action, Transition
from gateway.centre.energy import EnergyToday
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.http_server import serving
from gateway.host.threads import OneThread
from gateway.model.batch import Value
from gateway.model.messages import GatewayState
from gateway.model.site.access import CornerSettings
from gateway.web.operator.alarm_desk import AlarmsUnavailable
from gateway.web.operator.app import CityMap, operator_app
from gateway.web.operator.completeness import CompletenessRow, CompletenessView, HourCounts
from gateway.web.operator.feed import CityFeed
from gateway.web.operator.login import ConsoleLogin
from gateway.web.operator.store_data import GatewayView
from tests.system.servers import listens, wait_until
from tests.web.asgi import connected, request
from tests.web.operator.test_board import T, message
from tests.web.operator.test_feed import STATE, TOPIC, feed, receive

CENTRO = [[43.88, 11.09], [43.89, 11.09], [43.88, 11.1]]
SERIES = "asset=pl-1&measurement=lamp&field=dim_level&device=d"


class Recorded:
    """A store's data for the page, which records what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.failure = ""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        self.asked.append((asset, measurement, field, device, from_ms, to_ms, most))
        if self.failure:
            raise StoreUnavailable(self.failure)
        return [(1, 50), (2, None), (3, "on")]

    def energy_today(self, now_ms: int) -> EnergyToday:
        self.asked.append((now_ms,))
        if self.failure:
            raise StoreUnavailable(self.failure)
        return EnergyToday(1234.5, 2, now_ms - 1000)

    def gateways(self, states: Mapping[str, GatewayState], now_ms: int) -> list[GatewayView]:
        self.asked.append((dict(states), now_ms))
        return [GatewayView("citelum", "gw-1", "online", seen_ms=now_ms, line_load=40.5, delay_s=0.5)]

    def completeness(self, now_ms: int, hours: int, gateway: tuple[str, str] | None = None) -> CompletenessView:
        self.asked.append((now_ms, hours, gateway))
        if self.failure:
            raise StoreUnavailable(self.failure)
        return CompletenessView(T, [CompletenessRow("citelum", "gw-1", [HourCounts(10, 9), None], 10, 9, {"silent": 1})], [])


class NoAlarms:
    """A centre whose alarms are on another machine."""

    def ask(self, action: Action, at_ms: int) -> None:
        raise AlarmsUnavailable("no file")

    def log(self, newest: int) -> list[Transition]:
        raise AlarmsUnavailable("no file")

    def followed_ms(self) -> int | None:
        raise AlarmsUnavailable("no file")


def everybody() -> ConsoleLogin:
    """The login of a page without users."""
    return ConsoleLogin(None, None, OneThread("passwords"), tls=False)


def page(points: Recorded | None = None, streets: bytes | None = None, followed: CityFeed | None = None) -> ASGIApp:
    city = CityMap(streets, {"centro": [CornerSettings(lat=lat, lon=lon) for lat, lon in CENTRO]})
    return operator_app(followed or feed(), points or Recorded(), NoAlarms(), OneThread("store"), city, everybody(), lambda: T)


async def test_the_snapshot_contains_assets_gateways_and_faults() -> None:
    followed = feed()
    receive(followed, TOPIC, message(failed=True))
    found = msgspec.json.decode((await request(page(followed=followed), "/api/street")).body)
    assert (found["site"], [asset["asset"] for asset in found["assets"]], found["gateways"]) == ("prato", ["pl-1"], {})
    assert [fault["kind"] for fault in found["faults"]] == ["lamp_failed"]


async def test_events_begin_with_the_snapshot() -> None:
    async with connected(page(), "/api/events") as viewer:
        assert (await viewer.chunks.get()).startswith(b"event: snapshot\n")


async def test_points_of_a_chart_come_from_the_store() -> None:
    points = Recorded()
    answer = await request(page(points), f"/api/points?{SERIES}&from=1000&to=2000")
    assert (answer.status, answer.body) == (200, b'{"points":[[1,50],[2,null],[3,"on"]]}')
    assert points.asked == [("pl-1", "lamp", "dim_level", "d", 1000, 2000, 1500)]


@pytest.mark.parametrize("query", ["", "asset=pl-1", f"{SERIES}&from=1000", f"{SERIES}&from=now&to=2000", f"{SERIES}&from=1e3&to=2000"])
async def test_a_chart_without_a_series_or_a_span_is_rejected(query: str) -> None:
    answer = await request(page(), f"/api/points?{query}")
    assert (answer.status, answer.error) == (400, "asset, measurement, field, device, from and to (milliseconds since 1970) are required")


@pytest.mark.parametrize(("from_ms", "to_ms"), [(2000, 1000), (1000, 1000), (0, 400_000_000_000), (-1, 1000), (10**20, 10**20 + 1)])
async def test_a_span_that_no_chart_has_is_rejected(from_ms: int, to_ms: int) -> None:
    answer = await request(page(), f"/api/points?{SERIES}&from={from_ms}&to={to_ms}")
    assert (answer.status, answer.error) == (400, "'to' must be after 'from', by ten years at most, and both after 1970")


async def test_a_store_that_does_not_answer_is_named() -> None:
    points = Recorded()
    points.failure = "InfluxDB does not answer"
    answer = await request(page(points), f"/api/points?{SERIES}&from=1000&to=2000")
    assert (answer.status, answer.error) == (503, "InfluxDB does not answer")


async def test_the_energy_of_today_is_read_once_for_all_viewers() -> None:
    data = Recorded()
    served = page(data)
    answers = [await request(served, "/api/energy") for _ in range(3)]
    assert {answer.body for answer in answers} == {b'{"watt_hours":1234.5,"panels":2,"since_ms":%d}' % (T - 1000)}
    assert data.asked == [(T,)]
    failing = Recorded()
    failing.failure = "InfluxDB does not answer"
    assert (await request(page(failing), "/api/energy")).error == "InfluxDB does not answer"


async def test_gateways_are_their_states_with_what_the_store_knows() -> None:
    data, followed = Recorded(), feed()
    receive(followed, STATE, b'{"state":"online","version":"0.2.0"}')
    answer = await request(page(data, followed=followed), "/api/gateways")
    assert msgspec.json.decode(answer.body) == {
        "gateways": [{"operator": "citelum", "gateway": "gw-1", "state": "online", "seen_ms": T, "line_load": 40.5, "delay_s": 0.5}]
    }
    assert data.asked == [({"citelum/gw-1": GatewayState("online", version="0.2.0")}, T)]


async def test_completeness_of_all_gateways_is_read_once_for_all_viewers_and_that_of_one_each_time() -> None:
    data = Recorded()
    served = page(data)
    answers = [await request(served, "/api/completeness?days=3") for _ in range(2)]
    assert msgspec.json.decode(answers[0].body)["rows"][0]["hours"] == [[10, 9], None]
    assert answers[0].body == answers[1].body
    await request(served, "/api/completeness?days=1&operator=citelum&gateway=gw-1")
    assert data.asked == [(T, 72, None), (T, 24, ("citelum", "gw-1"))]


@pytest.mark.parametrize("query", ["", "?days=2", "?days=x&gateway=gw-1"])
async def test_completeness_of_any_other_time_is_rejected(query: str) -> None:
    answer = await request(page(), f"/api/completeness{query}")
    assert (answer.status, answer.error) == (400, "days must be one of 1, 3, 7")


async def test_the_map_of_the_streets_is_served_if_there_is_one() -> None:
    answer = await request(page(streets=b"{}"), "/api/streets")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/geo+json", b"{}")
    assert (await request(page(), "/api/streets")).status == 404


async def test_the_areas_of_the_city_are_served_with_their_corners() -> None:
    answer = await request(page(), "/api/areas")
    assert (answer.status, msgspec.json.decode(answer.body)) == (200, {"areas": {"centro": CENTRO}})


async def test_the_page_is_healthy_while_it_is_connected_to_the_broker() -> None:
    followed = feed()
    assert (await request(page(followed=followed), "/health")).status == 503
    followed.mqtt.state.connected = True
    answer = await request(page(followed=followed), "/health")
    assert (answer.status, answer.body) == (200, b'{"ok":true,"connected":true}')


async def test_an_open_stream_does_not_delay_the_end_of_the_server() -> None:
    followed = feed()
    async with serving(page(followed=followed), "127.0.0.1:0") as port:
        await asyncio.to_thread(wait_until, "the server", lambda: listens(port))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        await asyncio.to_thread(connection.request, "GET", "/api/events")
        answer = await asyncio.to_thread(connection.getresponse)
        assert (await asyncio.to_thread(answer.readline)).startswith(b"event: snapshot")
        followed.stream.close()
        rest = await asyncio.to_thread(answer.read)
        assert rest.startswith(b"data: ")
    connection.close()
