"""One asset's message on the city plane: the readings it has, those received since it was published, and its bytes. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from gateway.centre.city.totals import Total, Totals
from gateway.centre.schemas import Combination
from gateway.centre.series_rows import Origin
from gateway.model.batch import BatchError, Value
from gateway.model.instants import iso_utc, ms_of_iso
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue
from gateway.model.quality import is_bad, name_of

Owner = tuple[str, str]
"""Operator and gateway."""

ReadingSlot = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]
"""The place of a reading in its asset's message: device, tags, and names of the fields. A device may have several streams."""


class Latest(NamedTuple):
    """A stream's latest reading, its values not yet converted. It holds on to nothing else of its batch, nor of its schema document."""

    t_ms: int
    origin: Origin
    fields: Combination
    raw: tuple[Value, ...]
    quality: Mapping[int, int]


class _Shown(NamedTuple):
    """A reading as it is published, and the gateway that sent it."""

    reading: CityReading
    gateway: str


class Asset:
    """One asset's message: when it was published, and what it has."""

    def __init__(self, topic: str, message: CityMessage) -> None:
        self.topic, self._message = topic, message
        self.published_s = self.due_s = float("-inf")
        self.heard_s = float("-inf")
        self.waits = self.forgotten = False
        self.charged: dict[ReadingSlot, tuple[Owner, int]] = {}
        """Whose room each reading takes, and how much of it."""
        self.series: list[str] = []
        self._new: dict[ReadingSlot, Latest] = {}
        self._shown = {slot_of(one.device, one.tags, tuple(one.values)): _Shown(one, message.gateway) for one in message.readings}

    @property
    def owner(self) -> Owner:
        """The operator, and the gateway that sent the newest reading."""
        return self._message.operator, self._message.gateway

    def time_of(self, slot: ReadingSlot) -> int:
        """Return the time of a reading that was published; 0 if there is none."""
        shown = self._shown.get(slot)
        return ms_of_iso(shown.reading.time) if shown is not None else 0

    def accept(self, slot: ReadingSlot, latest: Latest) -> None:
        """Remember a reading in the place of the one before it."""
        self._new[slot] = latest

    def update(self, most: int, totals: Totals) -> bool:
        """Put the new readings into the message, the newest `most` of all; return whether a value or quality changed."""
        changed = False
        for slot, latest in self._new.items():
            try:
                reading = _reading(latest, totals.of(latest.origin.key))
            except BatchError:
                continue  # the ingest reports it to the gateway
            before = self._shown.pop(slot, None)
            changed = changed or before is None or before.reading.values != reading.values
            self._message.gateway = latest.origin.sender.gateway
            self._shown[slot] = _Shown(reading, self._message.gateway)
        self._new.clear()
        while len(self._shown) > most:
            self._drop_one()
        return changed

    def encode(self, complete_until_ms: int, said_every_s: float, limit_bytes: int) -> bytes | None:
        """Return the message, without its oldest readings if it would be too large; None if nothing is left of it."""
        self._message.complete_until, self._message.said_every_s = iso_utc(complete_until_ms), said_every_s
        while self._shown:
            self._message.readings = [one.reading for one in self._shown.values()]
            payload = msgspec.json.encode(self._message)
            if len(payload) <= limit_bytes:
                return payload
            for _ in range((len(self._shown) + 1) // 2):
                self._drop_one()
        return None

    def _drop_one(self) -> None:
        """Drop the oldest reading of the gateway that has most: an asset may be described by several."""
        ((most, _),) = Counter(one.gateway for one in self._shown.values()).most_common(1)
        del self._shown[next(slot for slot, one in self._shown.items() if one.gateway == most)]


def slot_of(device: str, tags: Mapping[str, str], names: tuple[str, ...]) -> ReadingSlot:
    """Return the place of a reading in its asset's message."""
    return device, tuple(sorted(tags.items())), names


def empty_message(origin: Origin) -> CityMessage:
    """Return the message of a stream's asset, without readings."""
    sender, stream, _ = origin
    place = stream.place
    location = CityPoint((place.lon, place.lat)) if place and place.lat is not None and place.lon is not None else None
    name = place.name if place else None
    return CityMessage(1, stream.asset, stream.measurement, sender.operator, sender.gateway, [], iso_utc(0), name, location)


def _reading(latest: Latest, totals: Mapping[int, Total]) -> CityReading:
    """Return a reading as it is published.

    Raises:
        BatchError: Its values don't fit its stream.
    """
    stream, quality = latest.origin.stream, latest.quality
    values = latest.fields.values_of(latest.raw)
    shown = {
        field.name: CityValue(name_of(quality.get(n, 0)), None if is_bad(quality.get(n, 0)) else values[n], field.unit)
        for n, field in enumerate(stream.fields)
    }
    for n, total in totals.items():
        shown[stream.fields[n].name].total, shown[stream.fields[n].name].since = total.value, iso_utc(total.since_ms)
    return CityReading(stream.device, iso_utc(latest.t_ms), stream.every_s, shown, stream.tags)
