"""What is read of a panel."""

from pathlib import Path

import pytest

from gateway.analytics.panel import MINUTE_MS, QUARTER_MS
from gateway.analytics.sun import Interval
from gateway.centre.analytics.panel_readings import read_energies, read_panel
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryReader
from gateway.model.stream import Stream, canonical_fields
from tests.analytics.panels import DAY, PANEL, minutes
from tests.centre.analytics.lit_store import ME, counter_rows, filled, minute_rows, register_of

HOUR = Interval(DAY.from_ms, DAY.from_ms + 4 * QUARTER_MS)
PHASES = Stream(
    PANEL.asset, "meter-2", "test", "lighting_meter", canonical_fields("lighting_meter", "active_power_l1", "active_power_l2"), 60.0
)
QUARTERS = Stream(PANEL.asset, "meter-1", "test", "lighting_meter", canonical_fields("lighting_meter", "active_energy_interval"), 900.0)


def test_minutes_have_the_power_the_voltages_and_the_states_that_were_read_last(tmp_path: Path) -> None:
    read = minutes((0, 1, 400.0))
    read[0] = read[0]._replace(contactor=True, breaker_tripped=False)
    filled(tmp_path / "h", minute_rows(read)).close()
    reader = HistoryReader(tmp_path / "h")
    found = read_panel(reader, PANEL.asset, HOUR)
    reader.close()
    assert found.operator == "citelum"
    assert len(found.minutes) == 60
    assert found.minutes[0] == read[0]
    assert found.minutes[15].contactor is True
    assert found.minutes[16].contactor is None


def test_the_power_of_a_panel_is_that_of_all_its_meters_or_unknown(tmp_path: Path) -> None:
    rows = minute_rows(minutes((0, 0.1, 400.0)))
    rows += [StoredRow(origin(ME, PHASES), DAY.from_ms + at * MINUTE_MS, [50.0, 25.5]) for at in range(3)]
    filled(tmp_path / "h", rows).close()
    reader = HistoryReader(tmp_path / "h")
    assert [one.power_w for one in read_panel(reader, PANEL.asset, HOUR).minutes] == [475.5] * 3 + [None] * 3
    reader.close()


def test_a_new_tag_of_a_meter_is_not_a_second_meter(tmp_path: Path) -> None:
    read = minutes((0, 1, 400.0))
    register = register_of(read)
    rows = minute_rows(read[:31]) + minute_rows(read[30:], area="centro")
    rows += counter_rows(register[:31]) + counter_rows(register[30:], area="centro")
    filled(tmp_path / "h", rows).close()
    reader = HistoryReader(tmp_path / "h")
    found = read_panel(reader, PANEL.asset, HOUR)
    reader.close()
    assert [one.power_w for one in found.minutes] == [400.0] * 60
    assert found.area == "centro"
    assert list(found.energies.values()) == pytest.approx([100.0] * 3)  # without the first, before which no register was read


def test_a_panel_without_readings_has_no_operator(tmp_path: Path) -> None:
    filled(tmp_path / "h", minute_rows(minutes((0, 0.1, 400.0)))).close()
    reader = HistoryReader(tmp_path / "h")
    assert read_panel(reader, "qe-9", HOUR) == (None, [], {}, "")
    reader.close()


def test_the_energy_of_a_quarter_hour_is_that_which_the_gateway_writes_at_its_end(tmp_path: Path) -> None:
    ends = [(HOUR.from_ms + number * QUARTER_MS, 100.0 + number) for number in range(6)]
    filled(tmp_path / "h", [StoredRow(origin(ME, QUARTERS), t_ms, [energy]) for t_ms, energy in ends]).close()
    reader = HistoryReader(tmp_path / "h")
    found = read_energies(reader, PANEL.asset, HOUR)
    reader.close()
    assert found == {HOUR.from_ms + number * QUARTER_MS: 101.0 + number for number in range(4)}


def test_the_energies_of_the_gateway_come_before_differences_of_the_last_registers(tmp_path: Path) -> None:
    before = [one._replace(t_ms=one.t_ms - QUARTER_MS) for one in minutes((0, 1.25, 600.0))]
    rows = counter_rows(register_of(before)[:-1])
    rows.append(StoredRow(origin(ME, QUARTERS), HOUR.from_ms + 2 * QUARTER_MS, [151.0]))
    filled(tmp_path / "h", rows).close()
    reader = HistoryReader(tmp_path / "h")
    found = read_energies(reader, PANEL.asset, HOUR)
    reader.close()
    assert list(found) == [HOUR.from_ms + number * QUARTER_MS for number in range(4)]
    assert list(found.values()) == pytest.approx([150.0, 151.0, 150.0, 150.0])
