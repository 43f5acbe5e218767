"""All Modbus products of the library on one gateway, from their registers to the store: broker, gateway and centre are real processes."""

import asyncio
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.centre.stores.sqlite import HistoryReader
from gateway.fieldbus.binding.physical_limits import physical_limits
from gateway.model.canonical import MEASUREMENTS
from gateway.model.profile import Measurement, Point, Profile
from tests.profiles.library import LIBRARY
from tests.profiles.register_facts import FactDevice, PointValue
from tests.profiles.test_through_the_edge import PROFILES, RESCALED, made
from tests.system.servers import free_port, gateway, mosquitto, wait_until

pytestmark = pytest.mark.system
FACTORS = {("kW", "W"): 1000, ("kVA", "V.A"): 1000, ("kvar", "V.A{reactive}"): 1000, ("kWh", "W.h"): 1000, ("kvarh", "V.A.h{reactive}"): 1000,
           ("cm", "m"): 0.01, ("mm", "m"): 0.001}  # fmt: skip
"""Factors from units of the facts to those of the contract, for those that differ."""

Values = dict[tuple[str, str, str], object]


def asset(name: str, channel: int) -> str:
    return f"{name.replace('_', '-')}-{channel}"


def expected(name: str, told: list[PointValue], channels: list[int]) -> Iterator[tuple[tuple[str, str, str], object]]:
    """Return what the store must contain of a device, from the values that it was given."""
    profile = LIBRARY.get(name)
    known = {(fact.point, fact.channel): (fact, value) for fact, value in told}
    for measurement in profile.measurements:
        if not all(known[point, 0][1] in allowed for point, allowed in measurement.when.items()):
            continue
        for channel in channels if by_channel(profile, measurement) else [0]:
            for field, point in measurement.fields.items():
                if (point, channel) not in known:
                    continue  # a part of a register, or computed: tested where those are
                fact, value = known[point, channel]
                unit = MEASUREMENTS[measurement.measurement][field].unit or ""
                if isinstance(value, float) and MEASUREMENTS[measurement.measurement][field].type == "string":
                    value = str(round(value)) if value.is_integer() else str(value)
                elif isinstance(value, float):
                    value *= FACTORS.get((fact.unit, unit), 1) * RESCALED.get((name, point), 1)
                elif isinstance(value, bool) and profile.point(point).enum:
                    value = "on" if value else "off"
                impossible = beyond_physics(profile.point(point), measurement.measurement, field, value)
                yield (asset(name, channel), measurement.measurement, field), None if impossible else value


def beyond_physics(point: Point, measurement: str, field: str, value: object) -> bool:
    """Return whether a value is one that its field can't have: it is bad, and not stored."""
    limits = physical_limits(MEASUREMENTS[measurement][field])
    if limits is None or not isinstance(value, int | float) or (point.min, point.max, point.enum) != (None, None, None):
        return False
    return not limits.low <= value <= limits.high


def by_channel(profile: Profile, measurement: Measurement) -> bool:
    points = {point.name: point for point in profile.points}
    return any(points[source].stride is not None for source in measurement.fields.values() if source in points)


def site(addresses: dict[str, str], told: dict[str, list[PointValue]], port: int, folder: Path) -> dict[str, Any]:
    lines = []
    for name, address in addresses.items():
        device: dict[str, Any] = {"id": name.replace("_", "-"), "profile": name, "unit": 1, "asset": asset(name, 0), "every": "1s"}
        if LIBRARY.get(name).channels:
            device["channels"] = {channel: asset(name, channel) for channel in channels_of(name, told[name])}
        lines.append({"id": name.replace("_", "-"), "tcp": address, "devices": [device]})
    broker = f"mqtt://127.0.0.1:{port}"
    return {
        "site": "prato", "operator": "citelum", "gateway": "gw-1", "uplink": {"broker": broker, "flush": "1s", "clock_wait": "0s"}, "listen": f"127.0.0.1:{free_port()}",
        "journal": {"path": str(folder / "journal.sqlite")}, "lines": lines,
        "centre": {"broker": broker, "store": {"history": {"path": str(folder / "history.sqlite")}}, "listen": f"127.0.0.1:{free_port()}"},
    }  # fmt: skip


def channels_of(name: str, told: list[PointValue]) -> list[int]:
    return sorted({fact.channel for fact, _ in told if fact.channel < (LIBRARY.get(name).channels or 0)})


def stored(path: Path) -> Values:
    reader = HistoryReader(path)
    try:
        return {(one, name, field): value for name in MEASUREMENTS for one, _, field, value in reader.rows(name) if value is not None}
    finally:
        reader.close()


async def test_every_modbus_product_is_stored_with_the_values_of_its_facts(tmp_path: Path) -> None:
    devices: dict[str, FactDevice] = {}
    told: dict[str, list[PointValue]] = {}
    addresses, servers = {}, []
    for name in PROFILES:
        devices[name], told[name] = made(name, zlib.crc32(name.encode()), possible=True)
        server, addresses[name] = await devices[name].serve()
        servers.append(server)
    broker, port = mosquitto(tmp_path)
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(site(addresses, told, port, tmp_path)))
    centre = gateway("centre", tmp_path, "central", str(file))
    await asyncio.to_thread(centre.wait_for, "connected to")  # only then are the history's tables there
    edge = gateway("edge", tmp_path, "run", str(file))
    wanted = {key: value for name in PROFILES for key, value in expected(name, told[name], channels_of(name, told[name]))}
    there = {key for key, value in wanted.items() if value is not None}
    try:
        await asyncio.to_thread(
            wait_until,
            "all values",
            lambda: (tmp_path / "history.sqlite").exists() and there <= stored(tmp_path / "history.sqlite").keys(),
            60,
        )
    finally:
        for process in (edge, centre, broker):
            process.stop()
        for server in servers:
            server.close()
    found = stored(tmp_path / "history.sqlite")
    assert len(there) > 400
    for key, value in wanted.items():
        got = found.get(key)
        if isinstance(value, float) and isinstance(got, int | float):
            assert math.isclose(got, value, rel_tol=2e-7, abs_tol=0.5 if MEASUREMENTS[key[1]][key[2]].type == "int" else 0), key
        else:
            assert got == value, key
