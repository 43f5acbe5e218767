"""The conditions of one asset, from its messages on the city plane. Pure.

A value of bad quality is no value. What is not known raises and clears nothing.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from gateway.alarms.catalogue import FLAGS, LIMITS, STUCK_READINGS, STUCK_S, VARYING, Limit
from gateway.alarms.details import NO_DETAIL, bad_device, bad_fields, constant_value, measured, plain
from gateway.alarms.means import RunningMean
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.panel import WatchedPanel, panel_reading
from gateway.analytics.sun import Coordinates
from gateway.model.instants import ms_of_iso
from gateway.model.messages import AlarmText, CityMessage, CityReading, CityValue

_MISSING_INTERVALS, _SLACK_S = 3, 30.0
_IMPLAUSIBLE = ("BadOutOfRange", "BadSensorFailure", "BadDeviceFailure", "UncertainEngineeringUnitsExceeded")

_LIMITS = {(one.measurement, one.field): one for one in LIMITS}


class _Constant(NamedTuple):
    """A value that has not changed since a time, in so many readings."""

    value: object
    since_ms: int
    readings: int


class WatchedAsset:
    """One measurement of one asset: what its latest message said, and what its conditions need to remember.

    Args:
        full_w: The full load of a panel in watts as it was known before.
    """

    def __init__(self, full_w: float = 0.0) -> None:
        self.panel = WatchedPanel(full_w) if full_w else None
        self._heard: dict[str, tuple[int, float]] = {}
        """By part of the asset, when it was read last, and in how many seconds it is silent after that."""
        self._means: dict[tuple[str, str], RunningMean] = {}
        self._constant: dict[tuple[str, str], _Constant] = {}
        self.subject = Subject("", "", "")

    def hear(self, message: CityMessage) -> Iterator[Observation]:
        """Yield what a message says about the conditions of the asset.

        Raises:
            ValueError: A time in it is not an instant.
        """
        self.subject = Subject(message.operator, message.asset, message.gateway)
        place = None if message.location is None else Coordinates(message.location.coordinates[1], message.location.coordinates[0])
        for reading in message.readings:
            t_ms, part = ms_of_iso(reading.time), _part_of(message.measurement, reading)
            known = self._heard.get(part)
            self._heard[part] = t_ms, _MISSING_INTERVALS * reading.every_s + message.said_every_s + _SLACK_S
            if known is None or t_ms > known[0]:
                yield from self._read(message.measurement, reading, part, t_ms, place)

    def silent(self, now_ms: int) -> Iterator[Observation]:
        """Yield which parts of the asset are silent, because of the time alone, and which are not."""
        for part, (t_ms, within_s) in self._heard.items():
            if now_ms - t_ms > 1000 * within_s:
                yield self._observed("device_silent", part, met=True, detail=plain(part.split(" ")[1]))

    def _read(self, measurement: str, reading: CityReading, part: str, t_ms: int, place: Coordinates | None) -> Iterator[Observation]:
        if measurement == "event":
            yield from self._of_event(reading)
            return
        yield self._observed("device_silent", part, _is_unanswered(reading), _first_bad(reading))
        yield self._observed("implausible", part, *_implausible(reading))
        numbers = dict(_numbers(reading.values))
        for field, value in reading.values.items():
            kind = FLAGS.get((measurement, field))
            if kind is not None and isinstance(value.value, bool):
                yield self._observed(kind, f"{part} {field}", value.value, plain(reading.device))
        for field, number in numbers.items():
            yield from self._of_number(measurement, field, part, t_ms, number)
        if measurement == "lighting_meter":
            self.panel = self.panel or WatchedPanel()
            for found in self.panel.hear(panel_reading(t_ms, numbers), place):
                yield self._observed(found.kind, part, found.met, found.detail)

    def _of_number(self, measurement: str, field: str, part: str, t_ms: int, value: float) -> Iterator[Observation]:
        limit = _LIMITS.get((measurement, field))
        if limit is not None:
            yield from self._of_limit(limit, part, t_ms, value)
        if (measurement, field) in VARYING:
            key = part, field
            before = self._constant.get(key)
            same = before is not None and before.value == value
            now = _Constant(value, before.since_ms, before.readings + 1) if before is not None and same else _Constant(value, t_ms, 1)
            self._constant[key] = now
            stuck = now.readings >= STUCK_READINGS and t_ms - now.since_ms >= 1000 * STUCK_S
            yield self._observed("sensor_stuck", f"{part} {field}", stuck, constant_value(measurement, field, value))

    def _of_limit(self, limit: Limit, part: str, t_ms: int, value: float) -> Iterator[Observation]:
        if limit.mean_s is not None:
            mean = self._means.setdefault((part, limit.field), RunningMean(limit.mean_s))
            found = mean.add(t_ms, 10 ** (value / 10) if limit.is_level else value)
            if found is None:
                return
            value = 10 * math.log10(found) if limit.is_level else found
        yield self._observed(limit.kind, part, limit.is_met(value), measured(limit.measurement, limit.field, value))

    def _of_event(self, reading: CityReading) -> Iterator[Observation]:
        kind, active = (reading.values.get(name) for name in ("kind", "active"))
        if kind is not None and active is not None and isinstance(kind.value, str) and isinstance(active.value, bool):
            part, title = f"{reading.device} {kind.value}"[:128], _title_of(reading, kind.value)
            yield self._observed("device_alarm", part, active.value, plain(reading.device[:128]))._replace(title=title)

    def _observed(self, kind: str, part: str, met: bool | None, detail: AlarmText = NO_DETAIL) -> Observation:  # noqa: FBT001 — as in an observation
        return Observation(self.subject, kind, met, part, detail)


def _title_of(event: CityReading, kind: str) -> AlarmText:
    """Return what a device calls its alarm; the name of its kind, if it says nothing else."""
    texts = [event.values.get(name) for name in ("text", "text_it")]
    english, italian = (one.value[:200] if one is not None and isinstance(one.value, str) else "" for one in texts)
    words = kind[:128].replace("_", " ").capitalize()
    return AlarmText(english or italian or words, italian or english or words)


def _part_of(measurement: str, reading: CityReading) -> str:
    return " ".join([measurement, reading.device, *(f"{name}={value}" for name, value in sorted(reading.tags.items()))])[:128]


def _numbers(values: Mapping[str, CityValue]) -> Iterator[tuple[str, float]]:
    for field, one in values.items():
        if isinstance(one.value, int | float) and not isinstance(one.value, bool) and not one.quality.startswith("Bad"):
            yield field, float(one.value)


def _is_unanswered(reading: CityReading) -> bool:
    values = reading.values.values()
    return bool(values) and all(one.value is None and one.quality.startswith("Bad") for one in values)


def _first_bad(reading: CityReading) -> AlarmText:
    return bad_device(reading.device, next((one.quality for one in reading.values.values() if one.quality.startswith("Bad")), ""))


def _implausible(reading: CityReading) -> tuple[bool, AlarmText]:
    found = {field: one.quality for field, one in reading.values.items() if one.quality in _IMPLAUSIBLE}
    return bool(found), bad_fields(dict(islice(found.items(), 3)))
