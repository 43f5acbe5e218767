"""What gateways and centre of the simulated town report about themselves."""

import pytest

from gateway.centre.series_rows import StoredRow
from gateway.model.batch import Value
from gateway.simulate.history.gateways import HOUR_S, DeviceSeries, GatewaySeries, TownDevice, centre_row, event_rows, gap_rows
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import Period, town, troubles

WHOLE = Period(1_795_000_000.0, 1_796_000_000.0)
TOWN = town(200)
TROUBLES = troubles(TOWN, WHOLE)
NOISE = NoiseTable(1)
MIDDLE = WHOLE.from_s + 100 * HOUR_S


def named(row: StoredRow) -> dict[str, Value]:
    return dict(zip([field.name for field in row.origin.stream.fields], row.values, strict=True))


def series(gateway: str) -> GatewaySeries:
    number, me = next((number, one) for number, one in enumerate(TOWN.gateways) if one.gateway == gateway)
    return GatewaySeries(number, me, TROUBLES, NOISE, WHOLE)


def test_a_dead_gateway_reports_nothing() -> None:
    (name, period), *_ = TROUBLES.dead.items()
    one = series(name)
    assert one.health_values(period.from_s - 1) is not None
    assert one.health_values(period.from_s) is None
    assert list(one.batch_rows(period.from_s)) == []


def test_a_gateway_that_was_dead_counts_its_time_from_then_on() -> None:
    name, period = next((name, period) for name, period in TROUBLES.dead.items() if period.to_s < WHOLE.to_s)
    values = series(name).health_values(period.to_s + 60)
    assert values is not None
    assert values[0] == 60


def test_an_offline_gateway_has_a_backlog_and_sends_it_late() -> None:
    (name, period), *_ = TROUBLES.offline.items()
    one = series(name)
    assert one.waiting(period.to_s - 1) > 1000
    assert one.waiting(period.to_s) <= 1
    (row,) = one.batch_rows(period.from_s)
    assert named(row)["delay"] == pytest.approx(period.to_s - period.from_s)


def test_a_clock_that_is_not_synchronised_is_told_in_health_and_batches() -> None:
    (name, period), *_ = TROUBLES.unsynchronised.items()
    values = series(name).health_values(period.from_s)
    assert values is not None
    assert values[2] is False
    (row,) = series(name).batch_rows(period.from_s)
    assert named(row)["clock"] == "holdover"


def test_a_device_on_a_noisy_line_loses_readings_and_its_counters_say_so() -> None:
    (name, period), *_ = TROUBLES.noisy.items()
    me = next(one for one in TOWN.gateways if one.gateway == name)
    device = DeviceSeries(0, TownDevice("meter", "em340", me, "line-1", 12), series(name), NOISE)
    completeness, quality = map(named, device.hour(period.from_s + HOUR_S))
    assert completeness["expected"] == 12
    assert completeness["read"] == 12 - int(str(completeness["silent"])) < 12
    assert int(str(quality["answers"])) < int(str(quality["requests"]))
    assert quality["crc_errors"] != 0


def test_only_what_was_dead_and_lives_again_reports_its_gap() -> None:
    (row,) = gap_rows(TOWN, TROUBLES, WHOLE)
    period = TROUBLES.dead[row.origin.sender.gateway]
    assert period.to_s < WHOLE.to_s
    assert row.t_ms == int(1000 * period.to_s)


def test_every_alarm_that_is_over_is_cleared() -> None:
    active: dict[str, Value] = {}
    for row in sorted(event_rows(TOWN, TROUBLES, WHOLE), key=lambda row: row.t_ms):
        active[row.origin.stream.asset] = named(row)["active"]
    still = {asset for asset, value in active.items() if value}
    lasting = {asset for found in (TROUBLES.failed, TROUBLES.dark) for asset, period in found.items() if period.to_s >= WHOLE.to_s}
    assert still == lasting


def test_the_worker_counts_up() -> None:
    first, later = (named(centre_row(t_s, WHOLE, 3)) for t_s in (MIDDLE, MIDDLE + 60))
    assert int(str(later["batches"])) == int(str(first["batches"])) + 18
