"""One contract for whoever looks into a store, held to the embedded history, InfluxDB and VictoriaMetrics themselves."""

import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import pytest

from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.influx.line_protocol import tags_of
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import Series, StoreReader, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryStore
from gateway.edge.telemetry.health import FIELDS, GatewayHealth, health_stream, health_values
from gateway.model.canonical import FieldType
from gateway.model.site import HistorySettings, InfluxSettings, StoreSettings
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import lines
from tests.system.servers import Process, free_port, influxdb, victoria

pytestmark = pytest.mark.system

ME, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2")
PART_MS = 600_000
LAMP = Stream(
    "pl-1", "dali-1", "test", "lamp", (StreamField("dim_level", FieldType.INT, "%"), StreamField("lamp_failure", FieldType.BOOL), StreamField("power_state", FieldType.STRING)),
    30.0, {"circuit": "A 1,2=x"},
)  # fmt: skip
METER = Stream("qe-1", "meter-1", "test", "lighting_meter", (StreamField("voltage_l1", FieldType.FLOAT, "V"),), 1.0)
NOISE = Stream("st-1", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT),), 1.0)
UPLINK = Stream(
    "gw-1",
    "gw-1",
    "uplink",
    "uplink",
    (StreamField("seq", FieldType.INT), StreamField("clock", FieldType.STRING)),
    0.0,
    {"epoch": "65706f63"},
)


class Place(NamedTuple):
    """A store with readings in it; `first_ms` begins a part of ten minutes that ended a while ago."""

    kind: str
    reader: StoreReader
    first_ms: int


def rows(first_ms: int, now_ms: int) -> list[StoredRow]:
    """Three hundred readings of a meter a second apart, four of a lamp, the newest just now, of an ear that ended 20 s ago, and
    another gateway's."""
    meter, lamp, uplink = (origin(ME, stream) for stream in (METER, LAMP, UPLINK))
    made = [StoredRow(meter, first_ms + 1000 * n, [220.5 + n % 10]) for n in range(300)]
    made += [StoredRow(lamp, t_ms, [level, level == 0, "on"]) for t_ms, level in
             ((first_ms, 10), (first_ms + PART_MS - 1, 0), (first_ms + PART_MS, 30), (now_ms, 40))]  # fmt: skip
    made += [StoredRow(origin(OTHER, msgspec.structs.replace(METER, asset="qe-2")), first_ms + 500, [1.5])]
    # The same lamp, mounted otherwise, is another series.
    other_lamp = origin(ME, msgspec.structs.replace(LAMP, tags=LAMP.tags | {"mounting": "pole"}))
    made += [StoredRow(other_lamp, first_ms + 5, [50, False, "on"])]
    made += [StoredRow(origin(ME, NOISE), now_ms // 1000 * 1000 - 1000 * n, [55.5]) for n in range(20, 300)]
    made += [StoredRow(uplink, first_ms + n, [n, "synced"]) for n in range(5)]
    for of, ago_ms, waiting in ((ME, 30_000, 3), (ME, 10_000, 4), (OTHER, 20_000, 500)):
        told = health_values(GatewayHealth(3600.5, waiting, synchronised=True, line_load=0.425), Path("/tmp/x"), None, "0.1.0", now_ms)
        made.append(StoredRow(origin(of, health_stream(of.gateway)), now_ms - ago_ms, told))
    return made


@pytest.fixture(params=["history", "influx", "victoria"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    now_ms = time.time_ns() // 1_000_000
    first_ms = (now_ms - 3 * PART_MS) // PART_MS * PART_MS
    server = None
    if request.param == "history":
        history = HistoryStore(tmp_path / "h.sqlite")
        assert history.write([rows(first_ms, now_ms)]) == []
        history.close()
        described = StoreSettings(history=HistorySettings(path=str(tmp_path / "h.sqlite")))
    else:
        server, url = (influxdb if request.param == "influx" else victoria)(tmp_path)
        described = StoreSettings(influx=InfluxSettings(url=url, api="v1" if request.param == "influx" else "victoria"))
        assert described.influx is not None
        influx = InfluxStore(described.influx)
        assert influx.write([lines(rows(first_ms, now_ms))]) == []
        influx.close()
        if request.param == "victoria":
            urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    reader = open_reader(described)
    yield Place(request.param, reader, first_ms)
    reader.close()
    if server is not None:
        server.stop()


def test_the_points_of_a_span_come_oldest_first_in_their_type(place: Place) -> None:
    asked = ("qe-1", "lighting_meter", "voltage_l1", "meter-1", place.first_ms + 1000, place.first_ms + 3000, 100)
    assert place.reader.points(*asked) == [(place.first_ms + 1000 * n, 220.5 + n) for n in (1, 2, 3)]
    until_ms = place.first_ms + PART_MS
    failures = place.reader.points("pl-1", "lamp", "lamp_failure", "dali-1", place.first_ms, until_ms, 100)
    assert failures == [(place.first_ms, False), (place.first_ms + 5, False), (until_ms - 1, True), (until_ms, False)]
    assert all(isinstance(value, bool) for _, value in failures)
    assert place.reader.points("pl-1", "lamp", "no_such_field", "dali-1", place.first_ms, until_ms, 100) == []


def test_of_more_points_than_a_chart_can_show_come_means_and_the_newest_is_among_them(place: Place) -> None:
    found = place.reader.points("qe-1", "lighting_meter", "voltage_l1", "meter-1", place.first_ms, place.first_ms + 299_999, 30)
    assert 25 <= len(found) <= 35
    assert all(220.5 <= float(value or 0) <= 229.5 for _, value in found)
    assert abs(statistics.mean(float(value or 0) for _, value in found) - 225.0) < 0.5
    newest = place.reader.points("pl-1", "lamp", "dim_level", "dali-1", place.first_ms, place.first_ms + 4 * PART_MS, 30)
    assert newest[-1][1] == 40


def test_values_are_counted_by_series_and_part_of_one_gateway_alone(place: Place) -> None:
    tags = tuple(sorted(tags_of(origin(ME, METER)).items()))
    counted = list(place.reader.counts(ME, "lighting_meter", place.first_ms, PART_MS))
    assert counted == [(Series("lighting_meter", tags, "voltage_l1"), place.first_ms, 300)]
    mine = tuple(sorted(tags_of(origin(ME, LAMP)).items()))
    every = list(place.reader.counts(ME, "lamp", place.first_ms, PART_MS))
    assert len({series.tags for series, _, _ in every}) == 2
    lamps = {(series.field, part): count for series, part, count in every if series.tags == mine}
    assert lamps[("dim_level", place.first_ms)] == 2
    assert lamps[("dim_level", place.first_ms + PART_MS)] >= 1
    assert {field for field, _ in lamps} == {"dim_level", "lamp_failure", "power_state"}


def test_what_is_counted_is_right_up_to_now_or_left_to_be_asked_for(place: Place) -> None:
    """VictoriaMetrics' queries repeat what was before the last half minute: a count of that would hide a loss."""
    now_ms = time.time_ns() // 1_000_000
    counted = list(place.reader.counts(ME, "noise", now_ms // 1000 * 1000 - 300_000, 1000))
    assert len(counted) > 200
    assert all(count == 1 for _, _, count in counted)
    assert max(part for _, part, _ in counted) < now_ms - 18_000


def test_the_times_of_a_series_are_told_one_by_one_without_the_end(place: Place) -> None:
    series = Series("lamp", tuple(sorted(tags_of(origin(ME, LAMP)).items())), "dim_level")
    assert place.reader.times(series, place.first_ms, place.first_ms + PART_MS) == {place.first_ms, place.first_ms + PART_MS - 1}
    assert len(place.reader.times(series, place.first_ms, place.first_ms + 5 * PART_MS)) == 4


def test_the_numbers_of_batches_come_with_whose_they_are(place: Place) -> None:
    found = sorted(place.reader.batches(place.first_ms + 2), key=lambda one: one[1])
    assert [number for _, number in found] == [2, 3, 4]
    assert {(tags["operator"], tags["gateway"], tags["epoch"]) for tags, _ in found} == {("citelum", "gw-1", "65706f63")}


def test_of_health_the_latest_counts(place: Place) -> None:
    found: dict[str, dict[str, object]] = {}
    for tags, t_ms, values in place.reader.health():
        found.setdefault(tags["gateway"], {}).update(values, t_ms=t_ms)
    assert found.keys() == {"gw-1", "gw-2"}
    assert (found["gw-1"]["backlog_batches"], found["gw-1"]["clock_synchronised"], found["gw-1"]["line_load"]) == (4, True, 42.5)
    assert place.kind == "victoria" or found["gw-1"]["version"] == "0.1.0"
    assert set(FIELDS) >= found["gw-2"].keys() - {"t_ms", "asset", "device", "profile"}
    assert 9_000 < time.time_ns() // 1_000_000 - int(str(found["gw-1"]["t_ms"])) < 60_000


@pytest.mark.parametrize("api", ["v1", "victoria"])
def test_a_store_that_is_away_is_said_to_be(api: str) -> None:
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=f"http://127.0.0.1:{free_port()}", api=api)))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        list(reader.batches(0))
    with pytest.raises(StoreUnavailable):
        list(reader.counts(ME, "lamp", 0, PART_MS))
    reader.close()


@pytest.mark.parametrize(
    ("server", "api", "said"), [(influxdb, "victoria", "404"), (victoria, "v2", "api: victoria")], ids=["InfluxDB", "VictoriaMetrics"]
)
def test_a_store_that_is_another_kind_is_no_end_but_a_sentence(
    server: Callable[[Path], tuple[Process, str]], api: Literal["v2", "victoria"], said: str, tmp_path: Path
) -> None:
    process, url = server(tmp_path)
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=url, api=api)))
    with pytest.raises(StoreUnavailable, match=said):
        list(reader.batches(0))
    reader.close()
    process.stop()
