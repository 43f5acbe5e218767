"""How complete the readings of the last days are, from the embedded history."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId
from gateway.web.operator.completeness import HOUR_MS, CompletenessView, HourCounts, ShownGap, completeness

NOON_MS = 1_795_780_800_000
"""A full hour."""

NOW_MS = NOON_MS + 1_200_000
GW_1, GW_2 = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "comune", "gw-2")


def counted(of: GatewayId, device: str, hours_ago: int, *counts: int, late_ms: int = 40) -> StoredRow:
    """Return what a gateway counted until some hours before noon: expected, read, partly, silent, off, bad, missed."""
    stream = Stream(of.gateway, device, "profile", "completeness", canonical_fields("completeness"), 3600.0, {"line": "l"})
    return StoredRow(origin(of, stream), NOON_MS - hours_ago * HOUR_MS + late_ms, [*counts, *[0] * (7 - len(counts))])


def gap(of: GatewayId, t_ms: int, *values: object) -> StoredRow:
    stream = Stream(of.gateway, of.gateway, "gateway", "gap", canonical_fields("gap"), 0.0)
    return StoredRow(origin(of, stream), t_ms, [*values, *[None] * (7 - len(values))])  # type: ignore[list-item]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    opened = HistoryStore(tmp_path / "history.sqlite")
    yield opened
    opened.close()


def view(tmp_path: Path, hours: int = 3, gateway: tuple[str, str] | None = None) -> CompletenessView:
    reader = HistoryReader(tmp_path / "history.sqlite")
    found = completeness(reader, NOW_MS, hours, gateway)
    reader.close()
    return found


def test_the_readings_of_a_gateway_s_devices_are_added_by_the_hour_that_they_were_due_in(store: HistoryStore, tmp_path: Path) -> None:
    store.write([[counted(GW_1, "a", 0, 60, 58, 0, 2), counted(GW_1, "b", 0, 10, 10), counted(GW_1, "a", 2, 60, 60)]])
    found = view(tmp_path)
    assert found.from_ms == NOON_MS - 3 * HOUR_MS
    (row,) = found.rows
    assert (row.operator, row.name, row.hours) == ("citelum", "gw-1", [HourCounts(60, 60), None, HourCounts(70, 68)])
    assert (row.expected, row.read, row.causes) == (130, 128, {"silent": 2})


def test_the_least_complete_gateway_is_first_and_one_without_anything_due_last(store: HistoryStore, tmp_path: Path) -> None:
    store.write(
        [[counted(GW_1, "a", 0, 60, 60), counted(GW_2, "b", 0, 60, 30, 0, 0, 0, 0, 30), counted(GatewayId("prato", "x", "gw-3"), "c", 0)]]
    )
    assert [row.name for row in view(tmp_path).rows] == ["gw-2", "gw-1", "gw-3"]


def test_hours_without_a_report_count_as_missing_when_gateways_are_ordered(store: HistoryStore, tmp_path: Path) -> None:
    store.write([[counted(GW_1, "a", 0, 60, 60), *(counted(GW_2, "b", hours_ago, 60, 54) for hours_ago in range(3))]])
    assert [row.name for row in view(tmp_path).rows] == ["gw-1", "gw-2"]


def test_of_one_gateway_its_devices_are_told_apart(store: HistoryStore, tmp_path: Path) -> None:
    store.write([[counted(GW_1, "a", 0, 60, 60), counted(GW_1, "b", 0, 60, 59, 1, 1), counted(GW_2, "c", 0, 60, 0)]])
    rows = view(tmp_path, gateway=("citelum", "gw-1")).rows
    assert [(row.name, row.causes) for row in rows] == [("b", {"silent": 1, "partly": 1}), ("a", {})]


def test_what_is_not_over_yet_or_older_is_left_out(store: HistoryStore, tmp_path: Path) -> None:
    store.write([[counted(GW_1, "a", -1, 5, 0), counted(GW_1, "a", 3, 7, 0), counted(GW_1, "a", 1, 60, 60)]])
    (row,) = view(tmp_path).rows
    assert row.hours == [None, HourCounts(60, 60), None]


def test_gaps_have_their_reason_and_the_newest_is_first(store: HistoryStore, tmp_path: Path) -> None:
    store.write(
        [
            [
                gap(GW_1, NOON_MS - 5, 12, "disk full", 1.5, 2.5),
                gap(GW_2, NOON_MS, None, "file deleted"),
                gap(GW_1, NOON_MS - 9 * HOUR_MS, 1, "old"),
            ]
        ]
    )
    assert view(tmp_path).gaps == [
        ShownGap("comune", "gw-2", NOON_MS, "file deleted"),
        ShownGap("citelum", "gw-1", NOON_MS - 5, "disk full", 12, 1500, 2500),
    ]
    assert [one.gateway for one in view(tmp_path, gateway=("citelum", "gw-1")).gaps] == ["gw-1"]


def test_without_reports_there_are_no_rows(store: HistoryStore, tmp_path: Path) -> None:
    store.write([[]])
    assert (view(tmp_path).rows, view(tmp_path).gaps) == ([], [])
