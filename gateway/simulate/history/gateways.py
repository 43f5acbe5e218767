"""What gateways and centre of a simulated town report about themselves: health, lines, completeness, batches, gaps, alarms. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.centre.ingest.own_rows import worker_row
from gateway.centre.series_rows import StoredRow, origin
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import SITE, Period, Town, Troubles

_HEALTH = canonical_fields(
    "gateway", "uptime", "backlog_batches", "clock_synchronised", "cpu_temperature", "line_load", "disk_free", "certificate_days", "version"
)
_QUALITY = canonical_fields(
    "gateway", "requests", "answers", "timeouts", "crc_errors", "exceptions", "late_answers", "foreign_frames", "round_trip_p50",
    "round_trip_p95", "line_share",
)  # fmt: skip
_COMPLETENESS, _UPLINK = canonical_fields("completeness"), canonical_fields("uplink")
_GAP, _EVENT = canonical_fields("gap"), canonical_fields("event")
_NEVER = Period(0, 0)
_VERSION = "0.9.0"
_BATCH_S = 600.0
HOUR_S = 3600.0


class TownDevice(NamedTuple):
    """A device as its gateway counts it: its line, and the readings that are due each hour."""

    id: str
    profile: str
    gateway: GatewayId
    line: str
    hourly: int


class GatewaySeries:
    """One gateway: its health, and the batches that it has waiting while it is offline."""

    def __init__(self, number: int, me: GatewayId, troubles: Troubles, noise: NoiseTable, whole: Period) -> None:
        self._number, self.me, self._noise, self._whole = number, me, noise, whole
        self.dead = troubles.dead.get(me.gateway, _NEVER)
        self._offline = troubles.offline.get(me.gateway, _NEVER)
        self._unsynchronised = troubles.unsynchronised.get(me.gateway, _NEVER)
        self.noisy = troubles.noisy.get(me.gateway, _NEVER)
        self.health = Stream(me.gateway, me.gateway, HEALTH_PROFILE, "gateway", _HEALTH, 60.0)
        self._uplink = origin(me, Stream(me.gateway, me.gateway, "uplink", "uplink", _UPLINK, 0.0))

    def waiting(self, t_s: float) -> int:
        """Return the batches that wait for a receipt."""
        return int((t_s - self._offline.from_s) / 10) if t_s in self._offline else self._number % 2

    def health_values(self, t_s: float) -> list[Value] | None:
        """Return a reading of its health, or None while it is dead."""
        if t_s in self.dead:
            return None
        begun_s = self.dead.to_s if 0 < self.dead.to_s <= t_s else self._whole.from_s - 40 * 86_400
        warm = 44 + 6 * (self._number % 4) + 2 * self._noise.at(self._number, int(t_s // HOUR_S))
        load = 18 + 9 * (self._number % 5) + self._noise.at(self._number + 1, int(t_s // 600)) + (24 if t_s in self.noisy else 0)
        days = (self._whole.to_s - t_s) / 86_400 + (9 if self._number == 1 else 60 + 13 * (self._number % 20))
        free = 71 - 3 * (self._number % 6)
        synchronised = t_s not in self._unsynchronised
        return [int(t_s - begun_s), self.waiting(t_s), synchronised, round(warm, 1), round(load, 1), float(free), round(days, 2), _VERSION]

    def batch_rows(self, t_s: float) -> Iterator[StoredRow]:
        """Yield the row of the batch that was made at a time: how late it came to the centre."""
        if t_s in self.dead:
            return
        seq = int((t_s - self._whole.from_s) / _BATCH_S) + 1
        delay_s = max(1.2 + 0.3 * abs(self._noise.at(self._number, seq)), self._offline.to_s - t_s if t_s in self._offline else 0.0)
        clock = "holdover" if t_s in self._unsynchronised else "synced"
        values: Sequence[Value] = [seq, 400 + self._number, self._number, 1, round(delay_s, 3), clock]
        yield StoredRow(self._uplink, int(1000 * t_s) // 1000 * 1000 + self._number % 1000, values)


class DeviceSeries:
    """One device as its gateway reports it: line quality, and completeness by the hour. Asked for in the order of time."""

    def __init__(self, number: int, device: TownDevice, of: GatewaySeries, noise: NoiseTable) -> None:
        self._number, self._of, self._noise, self._hourly = number, of, noise, device.hourly
        self._noisy = of.noisy if number % 3 == 0 else _NEVER
        self._sent = self._timeouts = self._crc = 0
        me, tags = device.gateway, {"line": device.line}
        self.completeness = origin(me, Stream(me.gateway, device.id, device.profile, "completeness", _COMPLETENESS, HOUR_S, tags))
        self.quality = origin(me, Stream(me.gateway, device.id, device.profile, "gateway", _QUALITY, 60.0, tags))

    def hour(self, t_s: float) -> list[StoredRow]:
        """Return the rows at the end of an hour; a gateway that was dead then reports none."""
        if t_s - 1 in self._of.dead:
            return []
        bad_line = t_s in self._noisy
        missed = int(self._hourly * (0.18 if bad_line else 0.0)) + (self._noise.at(self._number, int(t_s // HOUR_S)) > 2.4)
        missed = min(missed, self._hourly)
        read = self._hourly - missed
        self._sent += self._hourly * 3
        self._timeouts += missed
        self._crc += 2 * missed if bad_line else 0
        trip = 0.021 + 0.002 * (self._number % 7)
        t_ms = int(1000 * t_s)
        share = round(2.0 + self._number % 11, 2)
        quality = [
            self._sent,
            self._sent - self._timeouts - self._crc,
            self._timeouts,
            self._crc,
            0,
            0,
            0,
            round(trip, 4),
            round(2.2 * trip, 4),
            share,
        ]
        return [
            StoredRow(self.completeness, t_ms, [self._hourly, read, 0, missed, 0, 0, 0]),
            StoredRow(self.quality, t_ms, quality),
        ]


def gap_rows(of: Town, troubles: Troubles, whole: Period) -> Iterator[StoredRow]:
    """Yield the gaps that gateways recorded in a period once they were alive again; one that is still dead has recorded none."""
    for one in of.gateways:
        period = troubles.dead.get(one.gateway)
        if period is None or period.to_s not in whole:
            continue
        stream = Stream(one.gateway, one.gateway, "gateway", "gap", _GAP, 0.0)
        reason = "the gateway was killed or lost power: the readings since its last flush are lost"
        yield StoredRow(origin(one, stream), int(1000 * period.to_s), [4, reason, period.from_s - 1, period.from_s, "5a17", 1, 1])


class _Alarm(NamedTuple):
    kind: str
    english: str
    italian: str


_ALARMS = {
    "failed": _Alarm("lamp_failed", "lamp failed", "lampada guasta"),
    "dark": _Alarm("mains_absent", "no mains voltage at the dimmer", "manca la tensione di rete al dimmer"),
}


def event_rows(of: Town, troubles: Troubles, whole: Period) -> Iterator[StoredRow]:
    """Yield the alarms that devices raised and cleared in a period, in the order of the assets."""
    for panel in of.panels:
        periods = [(asset, "failed", troubles.failed[asset]) for asset in panel.lamps if asset in troubles.failed]
        if panel.asset in troubles.dark:
            periods.append((panel.asset, "dark", troubles.dark[panel.asset]))
        for asset, kind, period in periods:
            alarm = _ALARMS[kind]
            stream = Stream(asset, f"{panel.asset}-dali", "wirenboard_wb_dali", "event", _EVENT, 0.0, {"area": panel.area})
            source = origin(panel.gateway, stream)
            for t_s, active in ((period.from_s, True), (period.to_s, False)):
                if t_s in whole:
                    yield StoredRow(source, int(1000 * t_s), [alarm.kind, active, alarm.english, alarm.italian])


def centre_row(t_s: float, whole: Period, gateways: int) -> StoredRow:
    """Return the row of the one ingest worker."""
    past_s = t_s - whole.from_s
    batches = int(past_s / 10) * gateways
    counters = [2 if past_s > 0.9 * (whole.to_s - whole.from_s) else 0, batches, batches * 40, 0, int(past_s // (9 * 86_400)), 0]
    return worker_row(SITE, "worker-1", counters, int(1000 * t_s))
