"""The city plane: the latest values of every asset as retained JSON, for people and utilities. Pure: the time is handed in.

Thousands of readings arrive for one that is published, so their values are converted only when an asset's message is due.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from gateway.centre.city.totals import Total, Totals
from gateway.centre.row_values import time_of
from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin
from gateway.model import topics
from gateway.model.batch import LATEST_MS, Batch, BatchError, BatchRow, Clock
from gateway.model.canonical import INTERNAL
from gateway.model.instants import iso_utc, ms_of_iso
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue
from gateway.model.quality import is_bad, name_of
from gateway.model.topics import GatewayId


class Pace(NamedTuple):
    """The shortest time between two messages of an asset, and the longest while its values don't change (seconds)."""

    at_most_s: float
    at_least_s: float


class CityLimits(NamedTuple):
    """How many messages (an asset's measurement each) are kept for a gateway, and in all; the readings of one, and values of a gateway."""

    gateway: int = 2_000
    total: int = 200_000
    readings: int = 256
    values: int = 100_000


class _Latest(NamedTuple):
    """A stream's latest reading, its values not yet converted."""

    t_ms: int
    document: SchemaStreams
    row: BatchRow


class _Asset:
    """One asset's message: as it was last published, when, and the readings received since, by stream."""

    def __init__(self, topic: str, message: CityMessage, share: "_Share") -> None:
        self.topic, self.message, self.share = topic, message, share
        self.published_s = float("-inf")
        self.due_s = float("-inf")
        self.new: dict[str, _Latest] = {}
        self.series: dict[str, int] = {}
        """The number of values by series."""


class _Share:
    """The messages of one gateway, the oldest first, and how many values their series have."""

    def __init__(self) -> None:
        self.topics: dict[str, None] = {}
        self.values = 0


class _Series:
    """A stream's asset, and its newest reading: one with a trusted time is newer than any without.

    Of a reading that was published before this program started only the time is known.
    """

    def __init__(self, asset: _Asset, published_ms: int) -> None:
        self.asset, self._published_ms = asset, published_ms
        self._newest: tuple[bool, int] | None = None

    def advance(self, trusted: bool, t_ms: int) -> bool:  # noqa: FBT001 — the parts of one comparison
        """Record a reading's time and return True if it is newer than all before."""
        newer = t_ms > self._published_ms if self._newest is None else (trusted, t_ms) > self._newest
        if newer:
            self._newest = trusted, t_ms
        return newer


class LatestValues:
    """The latest readings of all assets, and the messages due. Older readings never replace newer ones.

    Of a gateway that has too many assets, the one that it described first is forgotten; its message stays with the broker.
    """

    def __init__(self, pace: Pace, limits: CityLimits = CityLimits()) -> None:  # noqa: B008 — a constant
        self._pace, self._limits = pace, limits
        self._shares = defaultdict[tuple[str, str], _Share](_Share)
        self._assets: dict[str, _Asset] = {}
        self._series: dict[str, _Series] = {}
        self._complete_ms: dict[tuple[str, str], int] = {}
        self._pending: set[str] = set()
        self._totals = Totals()

    def restore(self, topic: str, message: CityMessage) -> None:
        """Add a message that was published before this program started: nothing older is published again.

        Raises:
            ValueError: One of its times is not a time, or it has too many readings.
        """
        complete_ms = ms_of_iso(message.complete_until)
        if len(message.readings) > self._limits.readings or not all(0 <= ms_of_iso(one.time) <= LATEST_MS for one in message.readings):
            raise ValueError("too many readings, or a time that is out of range")
        key = message.operator, message.gateway
        asset = self._assets.get(topic) or self._new_asset(topic, message)
        if not asset.new and asset.published_s == float("-inf"):
            asset.message = message
        self._complete_ms[key] = max(self._complete_ms.get(key, 0), complete_ms)

    def _new_asset(self, topic: str, message: CityMessage) -> _Asset:
        """Add an asset; forget the oldest of its gateway, or of the gateway that has most, if there are too many."""
        mine = self._shares[message.operator, message.gateway]
        if len(mine.topics) >= self._limits.gateway:
            self._forget(mine)
        elif len(self._assets) >= self._limits.total:
            self._forget(max(self._shares.values(), key=lambda one: len(one.topics)))
        asset = self._assets[topic] = _Asset(topic, message, mine)
        mine.topics[topic] = None
        return asset

    def _forget(self, share: _Share) -> None:
        topic = next(iter(share.topics))
        del share.topics[topic]
        asset = self._assets.pop(topic)
        share.values -= sum(asset.series.values())
        for key in asset.series:
            del self._series[key]
        self._pending.discard(topic)

    def add(self, sender: GatewayId, batch: Batch, rows: list[BatchRow], document: SchemaStreams) -> None:
        """Add a batch's readings. Of a replayed or withdrawn one only the time up to which readings are complete is used."""
        key = sender.operator, sender.gateway
        self._complete_ms[key] = max(batch.floor_ms, self._complete_ms.get(key, 0))
        if batch.replay or batch.withdrawn:
            return
        self._totals.add(batch, rows, document)
        trusted = batch.clock is not Clock.UNSYNCED
        for row in rows:
            try:
                t_ms = time_of(batch, row)
                origin = document.origins[row.stream]
            except (BatchError, IndexError):
                continue  # the ingest reports it to the gateway
            if not document.fits(row):
                continue
            series = self._series.get(origin.key)
            if series is None:
                if origin.stream.measurement in INTERNAL:
                    continue
                series = self._series[origin.key] = self._new_series(origin)
            if series.advance(trusted, t_ms):
                series.asset.new[origin.key] = _Latest(t_ms, document, row)
                self._pending.add(series.asset.topic)

    def _new_series(self, origin: Origin) -> _Series:
        """Return the series of a stream that is new to this run; its asset's message may have been restored."""
        topic = topics.city(origin.sender.site, origin.sender.operator, origin.stream.measurement, origin.stream.asset)
        asset = self._assets.get(topic) or self._new_asset(topic, _empty(origin))
        share, values = asset.share, len(origin.stream.fields)
        asset.series[origin.key] = values
        share.values += values
        while share.values > self._limits.values and next(iter(share.topics)) != topic:
            self._forget(share)
        return _Series(asset, _published_ms(asset.message, origin))

    def due_messages(self, now_s: float) -> Iterator[tuple[str, bytes]]:
        """Yield the topics and messages to publish now."""
        for topic in list(self._pending):
            asset = self._assets[topic]
            if now_s < asset.due_s:
                continue
            self._pending.discard(topic)
            changed = self._update(asset)
            # A message in which only times are new can wait for a change.
            if not asset.message.readings or (not changed and now_s < asset.published_s + self._pace.at_least_s):
                continue
            asset.published_s, asset.due_s = now_s, now_s + self._pace.at_most_s
            key = asset.message.operator, asset.message.gateway
            asset.message.said_every_s = self._pace.at_least_s
            asset.message.complete_until = iso_utc(self._complete_ms.get(key, 0))
            yield topic, msgspec.json.encode(asset.message)

    def _update(self, asset: _Asset) -> bool:
        """Update an asset's message with its new readings; return whether a value or quality changed."""
        changed = False
        for key, latest in asset.new.items():
            try:
                reading = _reading(latest, self._totals.of(key))
            except BatchError:
                continue  # the ingest reports it to the gateway
            others = [one for one in asset.message.readings if not _same_stream(one, reading)]
            same = next((one for one in asset.message.readings if _same_stream(one, reading)), None)
            changed = changed or same is None or same.values != reading.values
            asset.message.readings = [*others, reading][-self._limits.readings :]
            asset.message.gateway = latest.document.origins[latest.row.stream].sender.gateway
        asset.new.clear()
        return changed


def _reading(latest: _Latest, totals: Mapping[int, Total]) -> CityReading:
    """Return a reading as it is published.

    Raises:
        BatchError: Its values don't fit its stream.
    """
    stream, quality = latest.document.origins[latest.row.stream].stream, latest.row.quality or {}
    values = latest.document.values_of(latest.row)
    shown = {
        field.name: CityValue(name_of(quality.get(n, 0)), None if is_bad(quality.get(n, 0)) else values[n], field.unit)
        for n, field in enumerate(stream.fields)
    }
    for n, total in totals.items():
        shown[stream.fields[n].name].total, shown[stream.fields[n].name].since = total.value, iso_utc(total.since_ms)
    return CityReading(stream.device, iso_utc(latest.t_ms), stream.every_s, shown, stream.tags)


def _same_stream(one: CityReading, other: CityReading) -> bool:
    """Return whether two readings are of the same stream: a device may have several, read at different intervals."""
    return (one.device, one.tags, one.values.keys()) == (other.device, other.tags, other.values.keys())


def _published_ms(message: CityMessage, origin: Origin) -> int:
    """Return the time of a stream's reading in a message; 0 if it has none."""
    stream, names = origin.stream, {field.name for field in origin.stream.fields}
    times = (
        ms_of_iso(one.time)
        for one in message.readings
        if (one.device, one.tags) == (stream.device, stream.tags) and one.values.keys() == names
    )
    return next(times, 0)


def _empty(origin: Origin) -> CityMessage:
    sender, stream, _ = origin
    place = stream.place
    location = CityPoint((place.lon, place.lat)) if place and place.lat is not None and place.lon is not None else None
    return CityMessage(
        1,
        stream.asset,
        stream.measurement,
        sender.operator,
        sender.gateway,
        [],
        iso_utc(0),
        place.name if place else None,
        location,
    )
