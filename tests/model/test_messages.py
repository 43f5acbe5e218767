"""The JSON messages of the uplink and the city plane."""

import msgspec
import pytest

from gateway.model.messages import (
    Ask,
    CityMessage,
    CityPoint,
    GatewayState,
    MachineName,
    Receipt,
    TimeAnswer,
    WorkerState,
    ranges_of,
    told_apart,
)


def test_keys_without_a_value_are_not_sent() -> None:
    assert msgspec.json.encode(GatewayState("online")) == b'{"state":"online"}'
    assert msgspec.json.encode(Receipt("00", [(0, 3)])) == b'{"epoch":"00","stored":[[0,3]]}'
    assert msgspec.json.encode(Ask(time=TimeAnswer(1, 2))) == b'{"time":{"asked_ms":1,"now_ms":2}}'


def test_a_location_is_a_geojson_point() -> None:
    message = CityMessage(1, "a", "lamp", "o", "g", [], "2026-11-23T02:15:20.000Z", location=CityPoint((11.1, 43.9)))
    assert msgspec.json.decode(msgspec.json.encode(message))["location"] == {"type": "Point", "coordinates": [11.1, 43.9]}


def test_keys_of_later_versions_are_ignored() -> None:
    assert msgspec.json.decode(b'{"state":"online","start":"1","more":[1]}', type=WorkerState) == WorkerState("online", "1")


@pytest.mark.parametrize(
    ("message", "type_"), [(b'{"state":"gone"}', WorkerState), (b'{"epoch":"00","stored":[[-1,3]]}', Receipt), (b'{"since_ms":-1}', Ask)]
)
def test_values_outside_the_contract_are_errors(message: bytes, type_: type[msgspec.Struct]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(message, type=type_)


def test_adjacent_numbers_are_one_range() -> None:
    assert ranges_of([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    assert ranges_of([]) == []


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        (MachineName("edge-a", "aa"), MachineName("edge-b", "bb"), ("edge-a", "edge-b")),
        (MachineName("gw", "b827eb001122"), MachineName("gw", "dca632aabbcc"), ("gw (b827eb001122)", "gw (dca632aabbcc)")),
        (MachineName("gw", None), MachineName("gw", "dca632aabbcc"), ("gw", "gw (dca632aabbcc)")),
        (MachineName(None), MachineName("gw"), ("an unknown machine", "gw")),
        (MachineName("<script>", "aa"), MachineName("\x1b[31m", "b\nb"), ("an unknown machine (aa)", "an unknown machine")),
    ],
)
def test_two_machines_are_told_apart_by_name_or_else_by_hardware_and_nothing_strange_is_shown(
    one: MachineName, other: MachineName, shown: tuple[str, str]
) -> None:
    assert told_apart(one, other) == shown
