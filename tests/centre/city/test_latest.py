"""The city plane: what is published about an asset, when, and what never is."""

import gc
from typing import Any

import msgspec
import pytest

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.city.room import CityLimits
from gateway.centre.schemas import SchemaStreams
from gateway.model.batch import BatchRow, Clock
from gateway.model.canonical import FieldType
from gateway.model.messages import CityMessage, CityReading
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import ME, T, batch, known, read
from tests.rows import Row

LAMP_TOPIC = "prato/v1/citelum/city/lamp/pl-1"
AT_ONCE = Pace(0.0, 0.0)


def add(
    city: LatestValues, *rows: Row, floor_ms: int = T, flags: int = 0, clock: Clock = Clock.SYNCED, now_s: float = float("-inf")
) -> None:
    found = msgspec.structs.replace(batch(*rows, floor_ms=floor_ms, flags=flags), clock=clock)
    city.add(ME, found, read(*rows), known(), now_s)


def due(city: LatestValues, now_s: float = 0.0) -> list[tuple[str, dict[str, Any]]]:
    return [(topic, msgspec.json.decode(payload)) for topic, payload in city.due_messages(now_s)]


def levels(said: list[tuple[str, dict[str, Any]]]) -> list[int]:
    return [message["readings"][0]["values"]["dim_level"]["value"] for _, message in said]


def lamp(level: int, dt_ms: int) -> Row:
    return Row(1, dt_ms, [level, False, "on"])


def test_a_message_has_values_units_quality_place_and_the_time_of_completeness() -> None:
    city = LatestValues(AT_ONCE)
    add(city, Row(0, 0, [2312, None], {1: 0x800A0000}), floor_ms=T - 1000)
    ((topic, message),) = due(city)
    assert topic == "prato/v1/citelum/city/lighting_meter/qe-041"
    assert message == {
        "v": 1, "asset": "qe-041", "measurement": "lighting_meter", "operator": "citelum", "gateway": "gw-0042", "name": "Quadro 41",
        "said_every_s": 0.0, "location": {"type": "Point", "coordinates": [11.1, 43.88]}, "complete_until": "2026-11-23T02:15:19.000Z",
        "readings": [{
            "device": "meter-1", "time": "2026-11-23T02:15:20.000Z", "every_s": 10.0,
            "values": {"voltage_l1": {"quality": "Good", "value": 231.2, "unit": "V"}, "active_energy": {"quality": "BadTimeout", "unit": "W.h"}},
        }],
    }  # fmt: skip


def test_an_older_reading_never_replaces_a_newer_one() -> None:
    city, said = LatestValues(AT_ONCE), []
    for row in (lamp(50, 100), lamp(10, 40), lamp(60, 200)):
        add(city, row)
        said += due(city)
    assert levels(said) == [50, 60]


def test_a_replayed_batch_moves_the_time_of_completeness_and_publishes_nothing() -> None:
    city = LatestValues(AT_ONCE)
    add(city, lamp(10, 0), flags=1, floor_ms=T + 500)
    assert due(city) == []
    add(city, lamp(20, 100), floor_ms=T)
    ((_, message),) = due(city)
    assert message["complete_until"] == "2026-11-23T02:15:20.500Z"


def test_an_asset_is_published_at_most_so_often_with_its_values_at_that_time() -> None:
    city, said = LatestValues(Pace(5.0, 60.0)), []
    for second in range(12):
        add(city, lamp(second, 1000 * second))
        said += due(city, float(second))
    assert levels(said) == [0, 5, 10]


def test_an_asset_that_does_not_change_is_published_at_least_so_often() -> None:
    city, times = LatestValues(Pace(5.0, 60.0)), []
    for second in range(0, 180, 2):
        add(city, lamp(50, 1000 * second))
        times += [second for _ in due(city, float(second))]
    assert times == [0, 60, 120]


def test_a_change_is_published_at_once_after_a_time_without_any() -> None:
    city = LatestValues(Pace(5.0, 60.0))
    for second, level, said in ((0, 50, 1), (20, 50, 0), (22, 70, 1), (23, 80, 0), (27, 80, 1)):
        add(city, lamp(level, 1000 * second))
        assert len(due(city, float(second))) == said, second


def test_a_reading_with_a_trusted_time_replaces_one_from_the_future_without_and_never_the_other_way_round() -> None:
    city, said = LatestValues(AT_ONCE), []
    add(city, lamp(10, 10**11), clock=Clock.UNSYNCED)
    said += due(city)
    add(city, lamp(20, 100))
    said += due(city)
    add(city, lamp(30, 2 * 10**11), clock=Clock.UNSYNCED)
    said += due(city)
    assert levels(said) == [10, 20]


def test_after_a_restart_nothing_older_than_the_retained_message_is_published_and_its_other_devices_stay() -> None:
    before = LatestValues(AT_ONCE)
    add(before, lamp(50, 5000))
    ((topic, payload),) = before.due_messages(0.0)
    city = LatestValues(AT_ONCE)
    message = msgspec.json.decode(payload, type=CityMessage)
    message.readings.append(msgspec.structs.replace(message.readings[0], device="dali-2"))
    city.restore(topic, message)
    add(city, lamp(10, 4000))
    assert due(city) == []
    add(city, lamp(60, 6000))
    ((topic, said),) = due(city)
    assert topic == LAMP_TOPIC
    assert sorted(one["device"] for one in said["readings"]) == ["dali-1", "dali-2"]


def test_a_row_that_does_not_fit_its_schema_is_left_out() -> None:
    city = LatestValues(AT_ONCE)
    add(city, Row(7, 0, []), Row(1, 0, ["x", 1]), Row(0, 0, [2312, 1]))
    assert [topic for topic, _ in due(city)] == ["prato/v1/citelum/city/lighting_meter/qe-041"]


def test_an_asset_without_valid_readings_is_not_published() -> None:
    city = LatestValues(AT_ONCE)
    assert known().kinds[0].fits((1.5, 1))  # the types alone are good
    add(city, Row(1, 0, ["x", 1, "on"]), Row(0, 0, [float("nan"), 1]))
    assert list(due(city)) == []
    add(city, Row(1, 1000, [70, True, "on"]))
    assert [topic for topic, _ in due(city)] == ["prato/v1/citelum/city/lamp/pl-1"]


def test_a_reading_that_does_not_fit_replaces_none_that_does() -> None:
    city = LatestValues(AT_ONCE)
    add(city, lamp(50, 100))
    add(city, Row(1, 5000, ["x", False, "on"]))
    add(city, lamp(60, 200))
    assert levels(due(city)) == [60]


def of_gateway(city: LatestValues, number: int, assets: range, *, fields: int = 1, operator: str = "citelum", now_s: float = 0.0) -> None:
    """Add a reading of each asset of a gateway."""
    lamp_fields = tuple(StreamField(f"f{n}", FieldType.INT) for n in range(fields))
    sender = GatewayId("prato", operator, f"gw-{number}")
    streams = [Stream(f"a{number}-{asset}", "d", "p", "other", lamp_fields, 10.0) for asset in assets]
    rows = [BatchRow(stream, 0, (1,) * fields) for stream in range(len(streams))]
    city.add(sender, batch(), rows, SchemaStreams(sender, streams), now_s)


def assets(city: LatestValues, now_s: float = 0.0) -> list[str]:
    """Return the assets that are published."""
    return [topic.rpartition("/")[2] for topic, _ in due(city, now_s)]


def test_a_gateway_with_too_many_assets_is_refused_more_and_no_other_is() -> None:
    city = LatestValues(AT_ONCE, CityLimits(assets=10))
    for first in range(0, 1000, 10):
        of_gateway(city, 2, range(first, first + 10))
    of_gateway(city, 1, range(3))
    assert len(city.room) == len(city._series) == 13
    assert sorted(assets(city)) == sorted([*(f"a1-{n}" for n in range(3)), *(f"a2-{n}" for n in range(10))])
    assert city.room.refused == 990
    assert city.room.refused_since(0.0) == [("citelum", "gw-2")]


def test_assets_that_change_in_turns_beyond_the_limit_are_not_published_more_often_for_that() -> None:
    """Each would be new again when its turn comes, and so due at once."""
    city, said = LatestValues(Pace(5.0, 60.0), CityLimits(assets=10)), list[str]()
    for second in range(20):
        of_gateway(city, 1, range(50), now_s=float(second))
        said += assets(city, float(second))
    assert len(said) == 10


def test_readings_that_come_while_an_asset_waits_become_one_message_with_the_newest() -> None:
    city = LatestValues(AT_ONCE)
    for level in range(1000):
        add(city, lamp(level, level))
    assert levels(due(city)) == [999]
    assert due(city) == []


def test_of_the_rows_of_a_batch_only_the_newest_of_each_stream_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch has up to 250,000 rows in any order; each would be a lookup of its series."""
    city, rows, looked_at = LatestValues(AT_ONCE), [lamp(n, n * 7919 % 5000) for n in range(5000)], 0

    def counted(*_: object) -> None:
        nonlocal looked_at
        looked_at += 1

    monkeypatch.setattr(city, "_new_series", counted)
    add(city, *rows)
    assert looked_at == 1


def test_a_flood_of_one_gateway_leaves_the_next_message_to_another() -> None:
    city = LatestValues(AT_ONCE)
    of_gateway(city, 1, range(1500))
    of_gateway(city, 2, range(1))
    assert assets(city)[:3] == ["a1-0", "a2-0", "a1-1"]


def test_what_waits_holds_no_document_and_nothing_that_no_field_needs() -> None:
    city = LatestValues(Pace(5.0, 60.0))
    document = known()
    city.add(ME, batch(), [BatchRow(1, 0, (1, False, "x" * 1025)), BatchRow(0, 0, (2312, 1), dict.fromkeys(range(1000), 0))], document, 0.0)
    (waiting,) = (one for asset in city.room for one in asset._new.values())
    assert waiting.quality.keys() == {0, 1}
    assert document not in gc.get_referents(waiting)


def test_a_message_that_would_be_too_large_for_the_broker_loses_its_oldest_readings_or_is_refused() -> None:
    """The broker ends the connection of a client that sends too large a packet: the whole city plane would go away."""
    city = LatestValues(AT_ONCE, CityLimits(message_bytes=4000))
    field = (StreamField("x", FieldType.INT),)
    streams = [Stream("a", f"d-{n}", "p", "other", field, 10.0) for n in range(100)]
    city.add(ME, batch(), [BatchRow(n, n, (1,)) for n in range(100)], SchemaStreams(ME, streams), 0.0)
    ((_, payload),) = city.due_messages(0.0)
    assert len(payload) <= 4000
    assert msgspec.json.decode(payload)["readings"][-1]["device"] == "d-99"
    of_gateway(city, 1, range(1), fields=200)
    assert assets(city) == []
    assert city.room.refused_since(0.0) == [("citelum", "gw-1")]


def test_a_retained_message_whose_times_are_none_is_not_restored() -> None:
    city = LatestValues(AT_ONCE)
    reading = CityReading("dali-1", "yesterday", 10.0, {})
    with pytest.raises(ValueError, match="yesterday"):
        city.restore(LAMP_TOPIC, CityMessage(1, "pl-1", "lamp", "citelum", "gw-1", [reading], "2026-11-23T02:00:00.000Z"))
    add(city, lamp(50, 100))
    assert levels(due(city)) == [50]
