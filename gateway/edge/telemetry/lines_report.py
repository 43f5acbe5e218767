"""What `gateway watch` shows: the state of every line and device of a running gateway, as JSON. Pure."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from gateway.fieldbus.line.counters import RequestCounts, declared
from gateway.fieldbus.line.owner import LineOwner

DeviceStateName = Literal["answers", "silent", "off", "not yet heard"]
"""`off`: without power, as far as is known."""


@dataclass
class _DeviceState:
    id: str
    profile: str
    state: DeviceStateName


@dataclass(kw_only=True)
class DeviceReport(RequestCounts, _DeviceState):
    """One device: its state and counters, round trips in milliseconds, and its share of the line's time in percent."""

    round_trip_p50_ms: float | None
    round_trip_p95_ms: float | None
    share: float
    uncovered: list[str]


class LineReport(msgspec.Struct, frozen=True):
    """One line: whether its port is gone, how many ticks it missed, and its devices."""

    id: str
    broken: bool
    missed: int
    devices: list[DeviceReport]


class LinesReport(msgspec.Struct, frozen=True):
    """All lines of a gateway."""

    gateway: str
    lines: list[LineReport]


def report(owner: LineOwner) -> LineReport:
    """Return the report of one line."""
    return LineReport(owner.name, owner.broken, owner.missed, [_device(owner, number) for number in range(len(owner.devices))])


def _device(owner: LineOwner, number: int) -> DeviceReport:
    device = owner.devices[number]
    counters, share = owner.quality(device)
    trips = counters.round_trips()
    values = {name: getattr(counters, name) for name, _ in declared(RequestCounts)} | {
        "id": device.id,
        "profile": device.profile.profile,
        "state": state_of(owner, number),
        "round_trip_p50_ms": _milliseconds(trips.p50_s),
        "round_trip_p95_ms": _milliseconds(trips.p95_s),
        "share": round(100 * share, 2),
        "uncovered": owner.refused_points(device),
    }
    return msgspec.convert(values, DeviceReport)


def state_of(owner: LineOwner, number: int) -> DeviceStateName:
    """Return the state of a device of a line."""
    if not owner.powered(number):
        return "off"
    if owner.silent(number):
        return "silent"
    return "answers" if owner.quality(owner.devices[number]).counters.answered else "not yet heard"


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)
