"""All devices of a gateway against each other."""

import pytest

from gateway.model.site.lines import DeviceSettings, LineSettings, SupplySettings
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.site_values import judge_readings, judge_together, phase_of


def device(name: str, asset: str, fed_by: str | None = None, **tags: str) -> DeviceSettings:
    supply = None if fed_by is None else SupplySettings(device=fed_by, point="relay_state")
    return DeviceSettings(id=name, profile="p", asset=asset, powered_by=supply, tags=tags)


def line(*devices: DeviceSettings) -> list[LineSettings]:
    return [LineSettings(id="street", tcp="192.0.2.1:502", devices=list(devices))]


def reading(name: str, asset: str, measurement: str = "lighting_meter", **fields: float) -> DeviceReading:
    return DeviceReading(name, asset, measurement, 0, fields)


@pytest.mark.parametrize(
    ("one", "phase"),
    [
        (device("m", "qe-1", phase="L2"), 2),
        (device("meter-l3", "qe-1"), 3),
        (device("m", "qe-1-l1"), 1),
        (device("m-l3", "qe-1", phase="L1"), 1),
        (device("l10", "panel1"), None),
        (device("m", "qe-1", phase="7"), None),
    ],
)
def test_the_phase_is_a_tag_or_the_end_of_a_name(one: DeviceSettings, phase: int | None) -> None:
    assert phase_of(one) == phase


def test_meters_and_sensors_of_different_assets_are_not_compared() -> None:
    site = line(device("a", "qe-1"), device("b", "qe-2"))
    assert judge_together(site, [reading("a", "qe-1", voltage=230.0), reading("b", "qe-2", voltage=150.0)]) == []
    (found,) = judge_together(site, [reading("a", "qe-1", voltage=230.0), reading("b", "qe-1", voltage=150.0)])
    assert found.kind is CauseKind.METERS_DISAGREE


def test_a_meter_alone_is_judged_for_a_report_but_not_between_devices() -> None:
    turned = reading("a", "qe-1", voltage_l1=280.0)
    assert [one.kind for one in judge_readings(line(device("a", "qe-1")), [turned])] == [CauseKind.VOLTAGE_RANGE]
    assert judge_together(line(device("a", "qe-1")), [turned]) == []


def test_lamps_are_behind_the_panel_that_feeds_them_or_behind_the_only_one() -> None:
    one = reading("m1", "qe-1", active_power=100.0)
    other = reading("m2", "qe-2", active_power=900.0)
    lamp = reading("lamp", "pl-1", "lamp", active_power=400.0)
    fed = line(device("m1", "qe-1"), device("m2", "qe-2"), device("relay", "qe-2"), device("lamp", "pl-1", "relay"))
    assert judge_together(fed, [one, other, lamp]) == []
    fed = line(device("m1", "qe-1"), device("m2", "qe-2"), device("relay", "qe-1"), device("lamp", "pl-1", "relay"))
    assert [(found.kind, found.where) for found in judge_together(fed, [one, other, lamp])] == [(CauseKind.LAMPS_ABOVE_PANEL, "qe-1")]
    alone = line(device("m1", "qe-1"), device("lamp", "pl-1"))
    assert [found.where for found in judge_together(alone, [one, lamp])] == ["qe-1"]
    assert judge_together(line(device("m1", "qe-1"), device("m2", "qe-2"), device("lamp", "pl-1")), [one, other, lamp]) == []
