"""One contract for readers of stores, on the embedded history, real InfluxDB and real VictoriaMetrics, alone and behind a cluster's paths."""

import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import pytest

from gateway.audit.batches import numbers_in
from gateway.centre.charts import Charts
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.series_rows import StoredRow, origin, tags_of
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import SelectedPoint, Series, Span, StoreReader, StoreUnavailable, Tags
from gateway.centre.stores.sqlite import HistoryStore
from gateway.edge.telemetry.health import GatewayHealth, health_stream, health_values
from gateway.model.batch import LATEST_MS, Batch, Clock
from gateway.model.canonical import HEALTH_PROFILE, FieldType
from gateway.model.site.store import HistorySettings, InfluxSettings, StoreSettings
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import lines
from tests.system.servers import Process, free_port, influxdb, victoria
from tests.system.store_cluster import StoreCluster

pytestmark = pytest.mark.system

ME, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2")
PART_MS = 600_000
LAMP = Stream(
    "pl-1", "dali-1", "test", "lamp", (StreamField("dim_level", FieldType.INT, "%"), StreamField("lamp_failure", FieldType.BOOL), StreamField("power_state", FieldType.STRING)),
    30.0, {"circuit": "A 1,2=x"},
)  # fmt: skip
OTHER_LAMP = msgspec.structs.replace(LAMP, tags=LAMP.tags | {"mounting": "pole"})
"""The same lamp with one more tag: another series."""

METER = Stream("qe-1", "meter-1", "test", "lighting_meter", (StreamField("voltage_l1", FieldType.FLOAT, "V"),), 1.0)
COUNTER = Stream("qe-3", "meter-3", "test", "lighting_meter", (StreamField("active_energy", FieldType.FLOAT, "W.h"),), 1.0)
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


BATCH = Batch(1, b"\xff\xfe\xfd\xfc\x01\x02\x03\x04", 0, b"schema.8", 0, Clock.SYNCED, 0, 0, msgspec.Raw(b"\x90"))


class Place(NamedTuple):
    """A store with readings; at `first_ms` a part of ten minutes begins that ended a while ago."""

    kind: str
    reader: StoreReader
    first_ms: int


def rows(first_ms: int, now_ms: int) -> list[StoredRow]:
    """Return 300 readings of a meter a second apart, four of a lamp, the newest just now, those of a sound meter until 20 s ago, health, and
    another gateway's readings, of a counter among them."""
    meter, lamp, uplink = (origin(ME, stream) for stream in (METER, LAMP, UPLINK))
    made = [StoredRow(meter, first_ms + 1000 * n, [220.5 + n % 10]) for n in range(300)]
    made += [StoredRow(lamp, t_ms, [level, level == 0, "on"]) for t_ms, level in
             ((first_ms, 10), (first_ms + PART_MS - 1, 0), (first_ms + PART_MS, 30), (now_ms, 40))]  # fmt: skip
    made += [StoredRow(origin(OTHER, msgspec.structs.replace(METER, asset="qe-2")), first_ms + 500, [1.5])]
    made += [StoredRow(origin(OTHER, COUNTER), first_ms + 1000 * n, [1000.0 + n]) for n in range(300)]
    made += [StoredRow(origin(OTHER, COUNTER), now_ms, [2000.0])]
    made += [StoredRow(origin(ME, OTHER_LAMP), first_ms + 5, [50, False, "on"])]
    made += [StoredRow(origin(ME, NOISE), now_ms // 1000 * 1000 - 1000 * n, [55.5]) for n in range(20, 300)]
    made += [StoredRow(uplink, first_ms + n, [n, "synced"]) for n in range(5)]
    made += [
        uplink_row(OTHER, msgspec.structs.replace(BATCH, seq=seq, t0_ms=first_ms // 1000 * 1000 - 1000), 1, now_ms) for seq in range(3)
    ]
    for of, ago_ms, waiting in ((ME, 30_000, 3), (ME, 10_000, 4), (OTHER, 20_000, 500)):
        told = health_values(GatewayHealth(3600.5, waiting, synchronised=True, line_load=0.425), Path("/tmp/x"), None, "0.1.0", now_ms)
        made.append(StoredRow(origin(of, health_stream(of.gateway)), now_ms - ago_ms, told))
    return made


@pytest.fixture(params=["history", "influx", "victoria", "cluster"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    now_ms = time.time_ns() // 1_000_000
    first_ms = (now_ms - 3 * PART_MS) // PART_MS * PART_MS
    server: Process | StoreCluster | None = None
    url = ""
    if request.param == "history":
        history = HistoryStore(tmp_path / "h.sqlite")
        assert history.write([rows(first_ms, now_ms)]) == []
        history.close()
        described = StoreSettings(history=HistorySettings(path=str(tmp_path / "h.sqlite")))
    elif request.param == "cluster":
        server = StoreCluster(tmp_path)
        described, url = StoreSettings(influx=server.settings), server.storage_url
    else:
        server, url = (influxdb if request.param == "influx" else victoria)(tmp_path)
        described = StoreSettings(influx=InfluxSettings(url=url, api="v1" if request.param == "influx" else "victoria"))
    if described.influx is not None:
        influx = InfluxStore(described.influx)
        assert influx.write(["\n".join(lines(rows(first_ms, now_ms)))]) == []
        influx.close()
        if described.influx.api == "victoria":
            urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    reader = open_reader(described)
    yield Place("victoria" if request.param == "cluster" else request.param, reader, first_ms)
    reader.close()
    if server is not None:
        server.stop()


def test_points_of_a_chart_come_oldest_first_in_their_type(place: Place) -> None:
    asked = ("qe-1", "lighting_meter", "voltage_l1", "meter-1", place.first_ms + 1000, place.first_ms + 3000, 100)
    assert Charts(place.reader).points(*asked) == [(place.first_ms + 1000 * n, 220.5 + n) for n in (1, 2, 3)]
    until_ms = place.first_ms + PART_MS
    failures = Charts(place.reader).points("pl-1", "lamp", "lamp_failure", "dali-1", place.first_ms, until_ms, 100)
    assert failures == [(place.first_ms, False), (place.first_ms + 5, False), (until_ms - 1, True), (until_ms, False)]
    assert all(isinstance(value, bool) for _, value in failures)
    states = Charts(place.reader).points("pl-1", "lamp", "power_state", "dali-1", place.first_ms, until_ms, 100)
    assert {value for _, value in states} == (set() if place.kind == "victoria" else {"on"})
    assert Charts(place.reader).points("pl-1", "lamp", "no_such_field", "dali-1", place.first_ms, until_ms, 100) == []


def test_a_chart_with_too_many_points_has_means_up_to_the_newest_point(place: Place) -> None:
    found = Charts(place.reader).points("qe-1", "lighting_meter", "voltage_l1", "meter-1", place.first_ms, place.first_ms + 299_999, 30)
    assert 25 <= len(found) <= 35
    assert all(220.5 <= float(value or 0) <= 229.5 for _, value in found)
    assert abs(statistics.mean(float(value or 0) for _, value in found) - 225.0) < 0.5
    newest = Charts(place.reader).points("pl-1", "lamp", "dim_level", "dali-1", place.first_ms, place.first_ms + 4 * PART_MS, 30)
    assert newest[-1][1] == 40


def test_the_values_of_one_gateway_are_counted_by_series_and_part(place: Place) -> None:
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
    until_ms = place.first_ms + PART_MS
    first = list(place.reader.counts(ME, "lamp", place.first_ms, PART_MS, until_ms))
    assert sorted(first) == sorted(one for one in every if one[1] < until_ms)


def test_counts_are_right_up_to_now_or_left_out(place: Place) -> None:
    """VictoriaMetrics' queries repeat older values for the last half minute; counting those would hide a loss."""
    now_ms = time.time_ns() // 1_000_000
    counted = list(place.reader.counts(ME, "noise", now_ms // 1000 * 1000 - 300_000, 1000))
    assert len(counted) > 200
    assert all(count == 1 for _, _, count in counted)
    assert max(part for _, part, _ in counted) < now_ms - 18_000


def tags(of: GatewayId, stream: Stream) -> Tags:
    return tuple(sorted(tags_of(origin(of, stream)).items()))


def test_raw_points_of_a_series_are_those_in_the_span_without_its_end(place: Place) -> None:
    span = Span(place.first_ms, place.first_ms + PART_MS)
    found = {one.tags: one.points for one in place.reader.select("lamp", ["dim_level", "power_state"], {"device": "dali-1"}, span)}
    text = None if place.kind == "victoria" else "on"
    assert found.keys() == {tags(ME, LAMP), tags(ME, OTHER_LAMP)}
    assert found[tags(ME, LAMP)] == [SelectedPoint(place.first_ms, (10, text)), SelectedPoint(place.first_ms + PART_MS - 1, (0, text))]
    assert found[tags(ME, OTHER_LAMP)] == [SelectedPoint(place.first_ms + 5, (50, text))]


def test_series_are_selected_by_tags_and_an_absent_value_is_none(place: Place) -> None:
    span = Span(place.first_ms, place.first_ms + PART_MS)
    (meter,) = place.reader.select("lighting_meter", ["voltage_l1", "voltage_l2"], {"gateway": "gw-2"}, span)
    assert meter.points == [SelectedPoint(place.first_ms + 500, (1.5, None))]
    (lamp,) = place.reader.select("lamp", ["lamp_failure"], {"mounting": "pole", "circuit": "A 1,2=x"}, span)
    assert lamp.points == [SelectedPoint(place.first_ms + 5, (False,))]
    assert isinstance(lamp.points[0].values[0], bool)
    assert list(place.reader.select("lamp", ["dim_level"], {"mounting": "wall"}, span)) == []
    assert list(place.reader.select("lamp", ["no_such_field"], {}, span)) == []
    assert list(place.reader.select("no_such_measurement", ["dim_level"], {}, span)) == []


def test_windows_have_the_mean_of_numbers_and_the_last_of_other_values(place: Place) -> None:
    """The span is extended to whole windows, whose beginning is the time of their point."""
    (meter,) = place.reader.select(
        "lighting_meter", ["voltage_l1"], {"gateway": "gw-1"}, Span(place.first_ms + 99, place.first_ms + 99_001), 100_000
    )
    assert meter.points == [SelectedPoint(place.first_ms, (225.0,))]
    span = Span(place.first_ms, place.first_ms + 2 * PART_MS)
    found = place.reader.select("lamp", ["dim_level", "lamp_failure"], dict(tags(ME, LAMP)), span, PART_MS)
    (lamp,) = [one for one in found if one.tags == tags(ME, LAMP)]
    assert lamp.points == [SelectedPoint(place.first_ms, (5.0, True)), SelectedPoint(place.first_ms + PART_MS, (30.0, False))]


def test_windows_have_the_last_value_of_a_counter(place: Place) -> None:
    """The difference of two means would be none of what was counted."""
    now_ms = time.time_ns() // 1_000_000
    (meter,) = place.reader.select("lighting_meter", ["active_energy"], {}, Span(place.first_ms, now_ms + 1), 100_000)
    assert meter.tags == tags(OTHER, COUNTER)
    assert meter.points == [
        *(SelectedPoint(place.first_ms + n * 100_000, (1099.0 + n * 100,)) for n in range(3)),
        SelectedPoint((meter.points[-1].t_ms), (2000.0,)),
    ]
    assert now_ms - 300_000 < meter.points[-1].t_ms <= now_ms


def test_windows_reach_to_the_newest_point(place: Place) -> None:
    now_ms = time.time_ns() // 1_000_000
    (ear,) = place.reader.select("noise", ["las"], {}, Span(place.first_ms, now_ms), 60_000)
    assert {value for _, (value,) in ear.points} == {55.5}
    assert len(ear.points) in (5, 6)
    assert all(after.t_ms - before.t_ms == 60_000 for before, after in pairwise(ear.points))
    lamps = [
        one
        for one in place.reader.select("lamp", ["dim_level"], {}, Span(place.first_ms, now_ms + 1), 60_000)
        if one.tags == tags(ME, LAMP)
    ]
    assert lamps[0].points[-1].values == (40.0,)


def test_a_span_may_reach_to_the_end_of_time(place: Place) -> None:
    found = list(place.reader.select("uplink", ["seq"], {}, Span(place.first_ms + 2, LATEST_MS)))
    assert [values for one in found for _, values in one.points] == [(2,), (3,), (4,)]
    assert [dict(one.tags)["epoch"] for one in found] == ["65706f63"]


def test_an_epoch_is_read_whether_it_is_a_tag_or_two_fields(place: Place) -> None:
    found = {epoch: numbers for (_, epoch), numbers in numbers_in(place.reader, "prato", place.first_ms - 2000).items()}
    assert found == {BATCH.epoch: {0, 1, 2}, bytes.fromhex("65706f63"): {0, 1, 2, 3, 4}}


def test_the_newest_point_of_each_series_is_returned_if_it_is_recent(place: Place) -> None:
    fields = ("uptime", "backlog_batches", "clock_synchronised", "line_load", "version")
    found = {
        dict(one.tags)["gateway"]: one.points for one in place.reader.latest("gateway", fields, {"profile": HEALTH_PROFILE}, place.first_ms)
    }
    assert found.keys() == {"gw-1", "gw-2"}
    ((t_ms, values),) = found["gw-1"]
    assert values[:4] == (3600, 4, True, 42.5)
    assert values[4] == (None if place.kind == "victoria" else "0.1.0")
    assert 9_000 < time.time_ns() // 1_000_000 - t_ms < 60_000
    assert list(place.reader.latest("gateway", fields, {"profile": HEALTH_PROFILE}, time.time_ns() // 1_000_000)) == []
    assert list(place.reader.latest("gateway", fields, {"profile": "other"}, place.first_ms)) == []


@pytest.mark.parametrize("api", ["v1", "victoria"])
def test_a_server_that_does_not_run_is_unavailable(api: str) -> None:
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=f"http://127.0.0.1:{free_port()}", api=api)))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        list(reader.select("uplink", ["seq"], {}, Span(0, 1)))
    with pytest.raises(StoreUnavailable):
        list(reader.counts(ME, "lamp", 0, PART_MS))
    reader.close()


@pytest.mark.parametrize(
    ("server", "api", "said"), [(influxdb, "victoria", "404"), (victoria, "v2", "api: victoria")], ids=["InfluxDB", "VictoriaMetrics"]
)
def test_a_server_of_another_kind_is_named_in_the_error(
    server: Callable[[Path], tuple[Process, str]], api: Literal["v2", "victoria"], said: str, tmp_path: Path
) -> None:
    process, url = server(tmp_path)
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=url, api=api)))
    with pytest.raises(StoreUnavailable, match=said):
        list(reader.select("uplink", ["seq"], {}, Span(0, 1)))
    reader.close()
    process.stop()
