"""Voltage quality."""

from gateway.analytics.panel import PanelMinute
from gateway.analytics.voltage import VoltageDay, share_in_band, voltage_day


def test_ten_minute_means_outside_of_ten_percent_are_counted_for_each_phase() -> None:
    low = [PanelMinute(60_000 * number, voltages_v=(205.0, 230.0, 254.0)) for number in range(10)]
    good = [PanelMinute(60_000 * number, voltages_v=(208.0, 230.0, 252.0)) for number in range(10, 20)]
    assert voltage_day([*low, *good], 230.0) == VoltageDay(6, 2, 205.0, 254.0)


def test_one_low_minute_is_not_a_low_mean() -> None:
    dip = [PanelMinute(60_000 * number, voltages_v=(150.0 if number == 3 else 230.0, None, None)) for number in range(10)]
    assert voltage_day(dip, 230.0) == VoltageDay(1, 0, 222.0, 222.0)


def test_an_interruption_is_not_a_low_voltage() -> None:
    off = [PanelMinute(60_000 * number, voltages_v=(0.5, 0.0, 230.0)) for number in range(10)]
    assert voltage_day(off, 230.0) == VoltageDay(1, 0, 230.0, 230.0)
    assert voltage_day([], 230.0) == VoltageDay(0, 0, None, None)


def test_the_share_of_a_week_counts_means_and_not_days() -> None:
    assert share_in_band([(400, 0), (100, 50)]) == 90.0
    assert share_in_band([(0, 0)]) is None
