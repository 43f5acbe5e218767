"""For every Modbus profile, a device made from the facts alone: the gateway stores the values that it serves over real TCP.

Line, plan, decoder, processor, journal and batch are the product's; facts, encoder and server share nothing with them.
"""

import math
import random
import zlib
from pathlib import Path

import pytest

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.binding.physical_limits import physical_limits
from gateway.model.canonical import MEASUREMENTS
from gateway.model.profile import Point, Profile
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.model.units import factor
from tests.profiles.edge import stored_values
from tests.profiles.library import LIBRARY
from tests.profiles.register_facts import FACTS, FactDevice, PointValue, choose_value

PROFILES = [name for name in LIBRARY.names if LIBRARY.get(name).modbus is not None]
EXTENDED = {"carlo_gavazzi_em330": "carlo_gavazzi_em340"}
"""Profiles without facts of their own, and the products whose facts they share."""

ROUNDS = 3


def facts_of(name: str) -> list[PointValue]:
    points = {point.name for point in LIBRARY.get(name).points}
    return [PointValue(fact, None) for fact in FACTS if fact.profile == EXTENDED.get(name, name) and fact.point in points]


def test_every_point_that_can_be_read_has_its_facts() -> None:
    known = {(fact.profile, fact.point) for fact in FACTS}
    for name in PROFILES:
        profile = LIBRARY.get(name)
        for point in profile.points:
            if (point.write is None or not point.write.only) and (EXTENDED.get(name, name), point.name) not in known:
                # A point without a row in the facts is a part of a register that has one.
                assert point.bit is not None or point.type in ("uint8", "int8"), (name, point.name)


Limits = tuple[float | None, float | None]


def possible_limits(profile: Profile, point: Point) -> Limits:
    """Return the limits of a point that all fields it is stored in can have, in the point's unit."""
    found: Limits = (None, None)
    for measurement in profile.measurements:
        for name in (field for field, source in measurement.fields.items() if source == point.name):
            canonical = MEASUREMENTS[measurement.measurement][name]
            limits = physical_limits(canonical)
            if limits is not None:
                ratio = float(factor(canonical.unit, point.unit) or 1) if canonical.unit and point.unit else 1.0
                found = (float(limits.low) * ratio, float(limits.high) * ratio)
    return found


def made(name: str, seed: int, *, possible: bool = False) -> tuple[FactDevice, list[PointValue]]:
    """Return a device with random values; if `possible`, with such as their fields can have."""
    chance = random.Random(seed)
    device = FactDevice(seed)
    profile = LIBRARY.get(name)
    told = []
    for fact, _ in facts_of(name):
        point = profile.point(fact.point)
        low, high = (None if limit is None else float(limit) for limit in (point.min, point.max))
        if possible and (low, high) == (None, None):
            low, high = possible_limits(profile, point)
        value, words = choose_value(fact, chance, (low, high))
        device.put(fact, words)
        told.append(PointValue(fact, value))
    return device, told


RESCALED = {("arlight_dali_logic_lite_ps_x1", "level_cache"): 100 / 254, ("arlight_dali_logic_lite_ps_x1", "group_level_cache"): 100 / 254,
            ("bacmove_dalion", "level"): 100 / 255, ("bacmove_dalion", "group_level"): 100 / 255, ("bacmove_dalion", "broadcast_level"): 100 / 255}  # fmt: skip
"""Levels that the facts have as DALI counts, and the profiles in percent."""


def same(found: object, told: object) -> bool:
    if isinstance(told, bool) and found in ("on", "off"):
        return told is (found == "on")
    if isinstance(told, float) and isinstance(found, int | float) and not isinstance(found, bool):
        return math.isclose(found, told, rel_tol=2e-7, abs_tol=0)
    return found == told


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("name", PROFILES)
async def test_every_point_is_stored_with_the_value_that_the_device_serves(name: str, seed: int, tmp_path: Path) -> None:
    profile = LIBRARY.get(name)
    server, told = made(name, zlib.crc32(name.encode()) + seed)
    channels = sorted({one.fact.channel for one in told}) if profile.channels else []
    device = bind_every_point(profile, 1, channels)
    listening, address = await server.serve()
    async with listening:
        line = LineSettings(id="l", tcp=address, devices=[DeviceSettings(id="d", profile=name)])
        found = await stored_values(device, line, tmp_path)
    assert len(told) > 0
    for fact, value in told:
        got, quality = found[fact.point, fact.channel]
        if isinstance(value, float):
            value *= RESCALED.get((name, fact.point), 1)  # noqa: PLW2901 — the same value in the profile's unit
        assert same(got, value), f"{fact.point}@{fact.channel}: {got} ({Quality(quality).name}) instead of {value}"
        assert (quality == Quality.BadSensorFailure) is (value is None), fact.point
    assert profile.modbus is not None
    assert server.longest <= profile.modbus.longest_read
