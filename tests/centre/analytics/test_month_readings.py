"""The month of a panel, held against the truth to the watt-hour."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from gateway.analytics.calendar import LightingCalendar, month_span
from gateway.analytics.panel import QUARTER_MS
from gateway.analytics.pell import PellSender, documents_of, xml_of
from gateway.analytics.sun import Interval
from gateway.centre.analytics.month_readings import month_report, read_month, read_pell
from gateway.centre.analytics.worker import PanelWorker
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.factory import open_influx, open_reader
from gateway.centre.stores.port import StoreReader
from gateway.centre.stores.sqlite import HistoryReader
from gateway.model.site.centre import EnergySettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.model.stream import Stream, canonical_fields
from tests.analytics.panels import DAY, LIGHTING, PANEL, ROME, minutes
from tests.analytics.schemas import check_json, check_xml
from tests.analytics.test_day import NIGHT
from tests.analytics.test_pell import PANEL_41
from tests.centre.analytics.lit_store import ME, counter_rows, filled, minute_rows, register_of
from tests.system.servers import influxdb, victoria

OCTOBER = month_span(2026, 10, ROME)
READ_MS = 300_000
SPAN = Interval(OCTOBER.from_ms - QUARTER_MS, OCTOBER.to_ms + QUARTER_MS)


class TrueMeter:
    """A register read every five minutes, with power that changes at every reading, over a month with a change of the clock."""

    def __init__(self, seed: int = 1) -> None:
        draw, calendar = Random(seed), LightingCalendar(LIGHTING, PANEL.place, ROME, SPAN)
        self.at: dict[int, float] = {}
        register = 1_000_000.0
        for t_ms in range(SPAN.from_ms - 7_000, SPAN.to_ms + READ_MS, READ_MS):
            self.at[t_ms] = register
            register += PANEL.nominal_at(calendar.at(t_ms).level) * draw.uniform(0.97, 1.03) * READ_MS / 3_600_000

    def true_at(self, t_ms: int) -> float:
        """Return the register at a time, at constant power between two readings."""
        before = max(at for at in self.at if at <= t_ms)
        return self.at[before] + (self.at[before + READ_MS] - self.at[before]) * (t_ms - before) / READ_MS

    @property
    def true_wh(self) -> float:
        return self.true_at(OCTOBER.to_ms) - self.true_at(OCTOBER.from_ms)


def reader_of(path: Path, rows: list[StoredRow]) -> StoreReader:
    filled(path, rows).close()
    return HistoryReader(path)


def test_the_energy_of_a_month_is_the_true_one_to_the_watt_hour(tmp_path: Path) -> None:
    meter = TrueMeter()
    reader = reader_of(tmp_path / "h", counter_rows(meter.at.items()))
    report = month_report(reader, [PANEL], "2026-10", OCTOBER, "prato", EnergySettings(price=0.2), None)
    reader.close()
    (panel,), (total,) = report.panels, report.operators
    assert panel.energy_wh == pytest.approx(meter.true_wh, abs=0.5)
    assert total.energy_wh == panel.energy_wh
    assert panel.completeness == 100
    assert panel.cost_eur == pytest.approx(meter.true_wh / 1000 * 0.2, abs=0.01)
    assert len(report.days) == 31
    assert sum(report.days.values()) == pytest.approx(meter.true_wh, abs=200)


def test_a_gap_in_the_readings_takes_nothing_from_the_months_energy(tmp_path: Path) -> None:
    meter = TrueMeter()
    gap = Interval(OCTOBER.from_ms + 100 * QUARTER_MS, OCTOBER.from_ms + 300 * QUARTER_MS)
    reader = reader_of(tmp_path / "h", counter_rows((t_ms, wh) for t_ms, wh in meter.at.items() if not gap.from_ms <= t_ms < gap.to_ms))
    found = read_month(reader, PANEL, OCTOBER)
    reader.close()
    assert found is not None
    assert found.energy_wh == pytest.approx(meter.true_wh, abs=0.5)
    assert len(found.energies) < 2980 - 199


def test_a_new_area_within_a_month_changes_nothing_in_its_energy(tmp_path: Path) -> None:
    meter, change_ms = TrueMeter(), OCTOBER.from_ms + 1000 * QUARTER_MS
    before, after = ([(t_ms, wh) for t_ms, wh in meter.at.items() if (t_ms < change_ms) is is_before] for is_before in (True, False))
    reader = reader_of(tmp_path / "h", counter_rows(before) + counter_rows(after, area="centro"))
    found = read_month(reader, PANEL, OCTOBER)
    reader.close()
    assert found is not None
    assert found.energy_wh == pytest.approx(meter.true_wh, abs=0.5)
    assert sum(found.energies.values()) == pytest.approx(meter.true_wh, abs=400)


@pytest.mark.parametrize("start_wh", [0.0, 40_000_000.0])
def test_a_new_meter_within_a_month_counts_from_its_own_register(tmp_path: Path, start_wh: float) -> None:
    meter, change_ms = TrueMeter(), OCTOBER.from_ms + 1000 * QUARTER_MS
    before = [(t_ms, wh) for t_ms, wh in meter.at.items() if t_ms < change_ms]
    after = [(t_ms, start_wh + wh - before[-1][1]) for t_ms, wh in meter.at.items() if t_ms >= change_ms]
    reader = reader_of(tmp_path / "h", counter_rows(before, meter="m1") + counter_rows(after, meter="m2"))
    found = read_month(reader, PANEL, OCTOBER)
    reader.close()
    assert found is not None
    assert found.energy_wh is not None
    changing_wh = after[3][1] - start_wh  # what was used while no meter was read, and in the first quarter hour of the new one
    assert meter.true_wh - changing_wh - 0.5 <= found.energy_wh <= meter.true_wh + 0.5


def test_a_panel_without_readings_and_one_of_another_operator_are_left_out(tmp_path: Path) -> None:
    reader = reader_of(tmp_path / "h", counter_rows([(OCTOBER.from_ms, 1.0), (OCTOBER.from_ms + QUARTER_MS, 2.0)]))
    assert read_month(reader, PANEL._replace(asset="qe-9"), OCTOBER) is None
    assert month_report(reader, [PANEL], "2026-10", OCTOBER, "prato", EnergySettings(), "consiag").panels == []
    reader.close()


def test_hours_and_availability_come_from_the_results(tmp_path: Path) -> None:
    read = minutes(*NIGHT)
    store = filled(tmp_path / "h", minute_rows(read) + counter_rows(register_of(read)))
    worker = PanelWorker("prato", HistoryReader(tmp_path / "h"), store)
    worker.compute(PANEL, DAY, DAY.to_ms + 10 * QUARTER_MS)
    worker.close()
    reader = HistoryReader(tmp_path / "h")
    report = month_report(reader, [PANEL], "2026-10", OCTOBER, "prato", EnergySettings(), None)
    reader.close()
    assert report.panels[0].burning_h == pytest.approx(12.9, abs=0.1)
    assert report.panels[0].scheduled_h == pytest.approx(12.9, abs=0.1)
    assert report.panels[0].operator == "citelum"


def test_the_quarter_hours_for_pell_have_energies_and_means_of_the_phases(tmp_path: Path) -> None:
    phases = Stream(
        PANEL.asset, "meter-1", "test", "lighting_meter", canonical_fields("lighting_meter", "active_power_l1", "voltage_l1"), 60.0
    )
    rows = counter_rows([(OCTOBER.from_ms + number * QUARTER_MS, 100.0 * number) for number in range(-1, 4)])
    rows += [StoredRow(origin(ME, phases), OCTOBER.from_ms + at, [300.0 + at / 1000, 230.0]) for at in (0, 10_000)]
    reader = reader_of(tmp_path / "h", rows)
    found = read_pell(reader, PANEL, OCTOBER)
    reader.close()
    assert len(found) == 2980
    assert [one.energy_wh for one in found[:5]] == [100.0, 100.0, 100.0, 100.0, None]
    assert found[0].means == {"active_power_l1": 305.0, "voltage_l1": 230.0}
    assert found[1].means == {}
    assert found[0].reactive_wh is None


@pytest.fixture(params=["v1", "victoria"])
def october(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreReader]:
    """The readings of a month in a real InfluxDB or VictoriaMetrics."""
    server, url = (influxdb if request.param == "v1" else victoria)(tmp_path)
    settings = InfluxSettings(url=url, api=request.param)
    store = open_influx(settings)
    assert store.write([store.prepare_row(row) for row in counter_rows(TrueMeter().at.items())]) == []
    store.close()
    if request.param == "victoria":
        urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    reader = open_reader(StoreSettings(influx=settings))
    yield reader
    reader.close()
    server.stop()


@pytest.mark.system
def test_a_month_from_a_server_is_the_true_one_to_the_watt_hour_and_its_documents_for_pell_are_valid(october: StoreReader) -> None:
    true_wh = TrueMeter().true_wh
    report = month_report(october, [PANEL], "2026-10", OCTOBER, "prato", EnergySettings(), None)
    assert report.panels[0].energy_wh == pytest.approx(true_wh, abs=0.5)
    assert report.panels[0].completeness == 100
    read = read_pell(october, PANEL, OCTOBER)
    assert len(read) == 2980
    assert sum(one.energy_wh or 0.0 for one in read) == pytest.approx(true_wh, abs=200)
    summer, winter = documents_of(PANEL_41, read, PellSender("prato-gateway", "100005"), OCTOBER.to_ms)
    assert (summer.lines, winter.lines) == (24 * 96 + 12, 2980 - 24 * 96 - 12)
    check_json(msgspec.json.encode(winter.content))
    check_xml(xml_of(winter))
