"""What `gateway watch` shows: the state of every line and device of a running gateway, as JSON."""

import msgspec

from gateway.fieldbus.line.owner import LineOwner


class DeviceReport(msgspec.Struct, frozen=True):
    """One device: how it answers, and what it costs its line. Round trips are in milliseconds, `share` in percent of the line."""

    id: str
    profile: str
    state: str
    sent: int
    answered: int
    timeouts: int
    crc_errors: int
    exceptions: int
    late: int
    foreign: int
    bytes: int
    round_trip_p50_ms: float | None
    round_trip_p95_ms: float | None
    share: float
    uncovered: list[str]


class LineReport(msgspec.Struct, frozen=True):
    """One line: whether its port is there, ticks that passed unserved, and its devices."""

    id: str
    broken: bool
    missed: int
    devices: list[DeviceReport]


class LinesReport(msgspec.Struct, frozen=True):
    """All lines of a gateway."""

    gateway: str
    lines: list[LineReport]


def report(owner: LineOwner) -> LineReport:
    """Say how one line is."""
    return LineReport(owner.name, owner.broken, owner.missed, [_device(owner, number) for number in range(len(owner.devices))])


def _device(owner: LineOwner, number: int) -> DeviceReport:
    device = owner.devices[number]
    counted, share = owner.quality(device)
    state = "off" if not owner.powered(number) else "silent" if owner.silent(number) else "answers" if counted.answered else "not yet heard"
    trips = [None if trip_s is None else round(1000 * trip_s, 1) for trip_s in (counted.round_trip_p50_s, counted.round_trip_p95_s)]
    return DeviceReport(
        device.id, device.profile.profile, state, counted.sent, counted.answered, counted.timeouts, counted.crc_errors, counted.exceptions,
        counted.late, counted.foreign, counted.bytes, trips[0], trips[1], round(100 * share, 2), owner.uncovered(device),
    )  # fmt: skip
