"""The city plane: the latest of every asset as retained JSON, for people and utilities. Pure: the clock is given.

Readings come by the thousand; what is said is made of the latest ones when an asset's message is due.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from gateway.centre.row_values import time_of
from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin
from gateway.model import topics
from gateway.model.batch import Batch, BatchError, BatchRow, Clock
from gateway.model.canonical import INTERNAL
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue
from gateway.model.quality import is_bad, name_of
from gateway.model.topics import GatewayId


class Pace(NamedTuple):
    """How often an asset's message is published: at most, when something in it changed, and at least, when nothing did (seconds)."""

    at_most_s: float
    at_least_s: float


class _Latest(NamedTuple):
    """A stream's latest reading, its values still as they came."""

    t_ms: int
    document: SchemaStreams
    row: BatchRow


class _Asset:
    """One message: what was said last and when, and what came since, by stream."""

    def __init__(self, topic: str, message: CityMessage) -> None:
        self.topic, self.message = topic, message
        self.said_s = float("-inf")
        self.due_s = float("-inf")
        self.new: dict[str, _Latest] = {}


class _Series:
    """Where a stream's readings go, and which is the newest: one whose time can be trusted is newer than any whose time can't.

    Of what an earlier run said only the time is known.
    """

    def __init__(self, asset: _Asset, said_ms: int) -> None:
        self.asset, self._said_ms = asset, said_ms
        self._newest: tuple[bool, int] | None = None

    def is_newer(self, trusted: bool, t_ms: int) -> bool:  # noqa: FBT001 — the parts of one comparison
        """Tell whether a reading is newer than all before; from then on it is the newest."""
        newer = t_ms > self._said_ms if self._newest is None else (trusted, t_ms) > self._newest
        if newer:
            self._newest = trusted, t_ms
        return newer


class LatestValues:
    """Keeps the latest readings by asset and tells what is to be published. Older readings never replace newer ones."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._assets: dict[str, _Asset] = {}
        self._series: dict[str, _Series] = {}
        self._complete_ms: dict[tuple[str, str], int] = {}
        self._pending: set[str] = set()

    def remember(self, topic: str, message: CityMessage) -> None:
        """Take a message that was published before this program ran: nothing older than it is to be said again."""
        asset = self._assets.setdefault(topic, _Asset(topic, message))
        if not asset.new and asset.said_s == float("-inf"):
            asset.message = message
        key = message.operator, message.gateway
        self._complete_ms[key] = max(self._complete_ms.get(key, 0), _ms(message.complete_until))

    def take(self, sender: GatewayId, batch: Batch, rows: list[BatchRow], document: SchemaStreams) -> None:
        """Take a batch's readings. What comes late says how far is complete, and nothing else.

        Thousands of readings come for one that is said: only the types of values are looked at before.
        """
        key = sender.operator, sender.gateway
        self._complete_ms[key] = max(batch.floor_ms, self._complete_ms.get(key, 0))
        if batch.replay or batch.withdrawn:
            return
        trusted = batch.clock is not Clock.UNSYNCED
        for row in rows:
            try:
                t_ms = time_of(batch, row)
                origin = document.origins[row.stream]
            except (BatchError, IndexError):
                continue  # the ingest tells the gateway
            if not document.fits(row):
                continue
            series = self._series.get(origin.key)
            if series is None:
                if origin.stream.measurement in INTERNAL:
                    continue
                series = self._series[origin.key] = self._begin(origin)
            if series.is_newer(trusted, t_ms):
                series.asset.new[origin.key] = _Latest(t_ms, document, row)
                self._pending.add(series.asset.topic)

    def _begin(self, origin: Origin) -> _Series:
        """Find the asset of a stream that was not heard of before; an earlier run may have said something of it."""
        topic = topics.city(origin.sender.site, origin.sender.operator, origin.stream.measurement, origin.stream.asset)
        asset = self._assets.get(topic)
        if asset is None:
            asset = self._assets[topic] = _Asset(topic, _empty(origin))
        return _Series(asset, _said_ms(asset.message, origin))

    def due(self, now_s: float) -> Iterator[tuple[str, bytes]]:
        """Give the messages to be published now, with their topics."""
        for topic in list(self._pending):
            asset = self._assets[topic]
            if now_s < asset.due_s:
                continue
            self._pending.discard(topic)
            changed = self._update(asset)
            # Where what is new is the time alone, it can wait, and a change can come meanwhile.
            if not asset.message.readings or (not changed and now_s < asset.said_s + self._pace.at_least_s):
                continue
            asset.said_s, asset.due_s = now_s, now_s + self._pace.at_most_s
            key = asset.message.operator, asset.message.gateway
            asset.message.said_every_s = self._pace.at_least_s
            asset.message.complete_until = _iso(self._complete_ms.get(key, 0))
            yield topic, msgspec.json.encode(asset.message)

    def _update(self, asset: _Asset) -> bool:
        """Bring what came into an asset's message; tell whether any value or quality is another than was said."""
        changed = False
        for latest in asset.new.values():
            try:
                reading = _reading(latest)
            except BatchError:
                continue  # the ingest tells the gateway
            others = [one for one in asset.message.readings if not _same_stream(one, reading)]
            same = next((one for one in asset.message.readings if _same_stream(one, reading)), None)
            changed = changed or same is None or same.values != reading.values
            asset.message.readings = [*others, reading]
            asset.message.gateway = latest.document.origins[latest.row.stream].sender.gateway
        asset.new.clear()
        return changed


def _reading(latest: _Latest) -> CityReading:
    """Give a reading as it is said.

    Raises:
        BatchError: its values do not fit its stream.
    """
    stream, quality = latest.document.origins[latest.row.stream].stream, latest.row.quality or {}
    values = latest.document.values_of(latest.row)
    shown = {
        field.name: CityValue(name_of(quality.get(n, 0)), None if is_bad(quality.get(n, 0)) else values[n], field.unit)
        for n, field in enumerate(stream.fields)
    }
    return CityReading(stream.device, _iso(latest.t_ms), stream.every_s, shown, stream.tags)


def _same_stream(one: CityReading, other: CityReading) -> bool:
    """Tell whether readings are one stream's: a device may have several, asked for at different intervals."""
    return (one.device, one.tags, one.values.keys()) == (other.device, other.tags, other.values.keys())


def _said_ms(message: CityMessage, origin: Origin) -> int:
    """Give the time of what a message says of a stream; 0 where it says nothing."""
    stream, names = origin.stream, {field.name for field in origin.stream.fields}
    times = (
        _ms(one.time) for one in message.readings if (one.device, one.tags) == (stream.device, stream.tags) and one.values.keys() == names
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
        _iso(0),
        place.name if place else None,
        location,
    )


def _iso(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(iso: str) -> int:
    return round(1000 * datetime.fromisoformat(iso).timestamp())
