"""The counters of devices: declared once, cheap to count, and their round trips."""

import msgspec
import pytest

from gateway.fieldbus.line.counters import DeviceCounters, LineCounts, RequestCounts, RoundTrips, declared
from gateway.model.canonical import MEASUREMENTS


def test_round_trips_are_those_of_the_last_responses() -> None:
    counters = DeviceCounters()
    assert counters.round_trips() == RoundTrips(None, None)
    counters.round_trips_s.extend(n / 1000 for n in range(1, 101))
    # The last 64 of a hundred: 37 to 100 ms.
    assert counters.round_trips() == RoundTrips(0.069, 0.097)


def test_every_counter_of_a_device_has_a_canonical_field_and_a_help_text() -> None:
    texts = dict(declared(RequestCounts))
    assert list(texts) == ["sent", "answered", "timeouts", "crc_errors", "exceptions", "late", "foreign", "bytes"]
    assert all(one.field in MEASUREMENTS["gateway"] and one.help for one in texts.values())
    assert [name for name, one in texts.items() if one.column is None] == ["bytes"]
    assert [name for name, _ in declared(LineCounts)] == ["polls", "silent", "broken", "faults"]


def test_counters_have_slots_and_convert_to_json() -> None:
    counters = DeviceCounters(sent=3)
    with pytest.raises(AttributeError):
        counters.snet = 1  # type: ignore[attr-defined]
    assert msgspec.to_builtins(RequestCounts(sent=3))["sent"] == 3
