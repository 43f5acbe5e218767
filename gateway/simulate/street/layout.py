"""The layout of the simulated street: its lines and devices, as the simulators serve them and as site files describe them. Pure."""

import math
from typing import Any, Literal, NamedTuple

import msgspec

LAT, LON = 43.8777, 11.1022
"""The centre of Prato; the course of the street is invented."""


class SimDevice(msgspec.Struct):
    """One simulated device: its id, its product, its unit address, and the assets of its channels."""

    id: str
    product: Literal["em340", "dali", "xy_md02", "ops243"]
    unit: int
    assets: list[str]
    every_s: float


class SimLine(msgspec.Struct):
    """One simulated line. `address` is `host:port` or the path of a pty, once a simulator serves it."""

    id: str
    way: Literal["tcp", "rtu_over_tcp", "rtu", "text"]
    baud: int
    devices: list[SimDevice]
    address: str = ""


class SimGateway(msgspec.Struct):
    """The lines of one gateway."""

    operator: str
    gateway: str
    lines: list[SimLine]


class StreetPlan(msgspec.Struct):
    """What one simulator process serves, where it logs its responses, and how its street behaves."""

    gateway: SimGateway
    log: str
    seed: int
    speed: float
    start_s: float


class Spot(NamedTuple):
    """An asset's display name and its location."""

    name: str
    lat: float
    lon: float


class Layout(NamedTuple):
    """The street: its gateways, the locations of its assets, and its roads."""

    gateways: list[SimGateway]
    spots: dict[str, Spot]
    roads: list[list[tuple[float, float]]]


def street(lamps: int) -> Layout:
    """Return a street with so many lamps on at least three panels, four traffic sensors and four weather stations."""
    panels = max(3, math.ceil(lamps / 64))
    spots: dict[str, Spot] = {}
    road = [_along(share / 60) for share in range(61)]
    lighting = SimGateway("citelum", "gw-0001", [SimLine("panels", "rtu", 9600, [])])
    numbers = iter(range(lamps))
    for panel in range(panels):
        asset = f"qe-{panel + 1:03d}"
        spots[asset] = Spot(f"Quadro {panel + 1}", *_beside(panel / panels + 0.5 / panels, -3))
        lighting.lines[0].devices.append(SimDevice(f"{asset}-meter", "em340", panel + 1, [asset], 2.0))
        share = lamps // panels + (panel < lamps % panels)
        poles = [f"pl-{next(numbers) + 1:04d}" for _ in range(share)]
        for pole in poles:
            number = int(pole[3:])
            spots[pole] = Spot(f"Palo {number}", *_beside((number - 0.5) / max(1, lamps), 1 if number % 2 else -1))
        if poles:
            dali = SimDevice(f"{asset}-dali", "dali", 1, poles, 5.0)
            lighting.lines.append(SimLine(f"dali-{panel + 1}", "tcp", 0, [dali]))
    town = SimGateway("comune", "gw-0002", [])
    for number in range(4):
        asset = f"ic-{number + 1:02d}"
        spots[asset] = Spot(f"Incrocio {number + 1}", *_beside((number + 0.5) / 4, 0))
        radar = SimDevice(f"{asset}-radar", "ops243", 0, [asset], 3.0)
        town.lines.append(SimLine(f"radar-{number + 1}", "text", 19200, [radar]))
    stations = [SimDevice(f"st-{number + 1:02d}-air", "xy_md02", number + 1, [f"st-{number + 1:02d}"], 4.0) for number in range(4)]
    for number in range(4):
        spots[f"st-{number + 1:02d}"] = Spot(f"Stazione {number + 1}", *_beside((number + 0.2) / 4, 6))
    town.lines.append(SimLine("stations-a", "rtu", 9600, stations[:2]))
    town.lines.append(SimLine("stations-b", "rtu_over_tcp", 0, stations[2:]))
    return Layout([lighting, town], spots, [road])


def _along(share: float) -> tuple[float, float]:
    """Return the latitude and longitude of a point of the road, from 0 to 1: a long bend through the town."""
    bend = 0.0028 * math.sin(2.2 * math.pi * share)
    return LAT - 0.0045 + 0.009 * share + 0.3 * bend, LON - 0.011 + 0.022 * share - bend


def _beside(share: float, steps: int) -> tuple[float, float]:
    lat, lon = _along(share)
    return round(lat + 0.00009 * steps, 6), round(lon - 0.00004 * steps, 6)


_PROFILES = {
    "em340": "carlo_gavazzi_em340",
    "dali": "intesis_ibmbsdal",
    "xy_md02": "xy_md02",
    "ops243": "omnipresense_ops243",
}


def site_document(layout: Layout, gateway: SimGateway, *, broker: str, journal: str, listen: str) -> dict[str, Any]:
    """Return the site file of one gateway, whose lines are served."""
    assets = {asset for line in gateway.lines for device in line.devices for asset in device.assets}
    return {
        "site": "prato",
        "operator": gateway.operator,
        "gateway": gateway.gateway,
        "uplink": {"broker": broker, "confirm": "stored", "flush": "1s", "clock_wait": "0s"},
        "journal": {"path": journal},
        "listen": listen,
        "assets": {asset: layout.spots[asset]._asdict() for asset in sorted(assets)},
        "lines": [_line(line) for line in gateway.lines],
    }


def _line(line: SimLine) -> dict[str, Any]:
    way: dict[str, Any] = {"tcp": {"tcp": line.address}, "rtu_over_tcp": {"rtu_over_tcp": line.address}}.get(
        line.way, {"serial": line.address, "baud": line.baud}
    )
    return {"id": line.id, **way, "timeout": "1500ms", "devices": [_device(device) for device in line.devices]}


def _device(device: SimDevice) -> dict[str, Any]:
    written: dict[str, Any] = {"id": device.id, "profile": _PROFILES[device.product], "every": f"{device.every_s:g}s"}
    if device.product == "dali":
        return written | {"unit": device.unit, "channels": dict(enumerate(device.assets))}
    if device.product != "ops243":
        written["unit"] = device.unit
    return written | {"asset": device.assets[0]}


def roads_geojson(layout: Layout) -> dict[str, Any]:
    """Return the roads as GeoJSON, for the map."""
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in road]},
        }
        for road in layout.roads
    ]
    return {"type": "FeatureCollection", "features": features}
