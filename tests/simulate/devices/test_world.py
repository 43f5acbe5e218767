"""The world that the simulated devices measure."""

from gateway.simulate.devices.world import START_OF_DAY_S, World
from gateway.simulate.street.layout import street

LIGHTING = street(12).gateways[0]


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def world(speed: float = 60.0) -> tuple[World, Clock]:
    clock = Clock()
    return World(LIGHTING, 1, speed, 1000.0, clock), clock


def values(one: World, device_id: str) -> dict[tuple[str, str], float]:
    (device,) = [device for line in LIGHTING.lines for device in line.devices if device.id == device_id]
    found = [cell.served for cell in one.cells(device) if cell.served is not None]
    return {(value.asset, value.field): float(value.value) for value in found if isinstance(value.value, float | int)}


def test_the_day_passes_at_its_speed_and_begins_at_dusk() -> None:
    one, clock = world(speed=60.0)
    clock.now_s += 10.0
    assert (one.elapsed_s, one.day_s) == (10.0, START_OF_DAY_S + 600.0)


def test_a_meter_s_counter_increases_by_the_power_of_the_lamps_that_it_supplies() -> None:
    one, clock = world(speed=3600.0)
    clock.now_s += 3.0  # a quarter to eight in the evening
    before = values(one, "qe-001-meter")
    clock.now_s += 1.0
    after = values(one, "qe-001-meter")
    assert before["qe-001", "active_power"] > 4 * 50
    increase = after["qe-001", "active_energy"] - before["qe-001", "active_energy"]
    assert abs(increase - after["qe-001", "active_power"]) <= 100, "one hour of it, in steps of 100 Wh"


def test_lamps_are_lit_in_the_evening_and_a_failed_one_is_not() -> None:
    one, clock = world(speed=3600.0)
    clock.now_s += 3.0
    (device,) = LIGHTING.lines[1].devices
    levels = {asset: value for (asset, field), value in values(one, device.id).items() if field == "dim_level"}
    assert set(levels.values()) == {100.0}
    clock.now_s += 3.0
    failed = {asset for line in LIGHTING.lines[1:] for asset in line.devices[0].assets if one.faults.lamp_failed(asset, one.elapsed_s)}
    found = {
        asset: value
        for line in LIGHTING.lines[1:]
        for (asset, field), value in values(one, line.devices[0].id).items()
        if field == "dim_level"
    }
    assert failed
    assert {asset for asset, level in found.items() if level == 0} == failed


def test_a_silent_device_has_the_fate_of_its_plan() -> None:
    one, clock = world()
    line = LIGHTING.lines[0]
    fates = set()
    for _ in range(60):
        clock.now_s += 1.0
        for device in line.devices:
            assert (one.fate(line, device) == "silent") is one.faults.silent(device.id, one.elapsed_s)
            fates.add(one.fate(line, device))
    assert fates == {"delivered", "silent", "noise"}
