"""The city plane: the latest of every asset as retained JSON, for people and utilities. Pure: the clock is given.

Readings come by the thousand; what is said is made of the latest ones when an asset's message is due.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from gateway.central.schemas import Document
from gateway.model import topics
from gateway.model.batch import Batch, BatchError, Clock, ReadRow
from gateway.model.canonical import INTERNAL
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue
from gateway.model.quality import is_bad, name_of
from gateway.model.stored import Origin, StoredRow
from gateway.model.topics import GatewayId


class Pace(NamedTuple):
    """How often an asset's message is published: at most, when something in it changed, and at least, when nothing did (seconds)."""

    at_most_s: float
    at_least_s: float


class _Latest(NamedTuple):
    """A stream's latest reading. One whose time can be trusted replaces any whose time can't: that may lie years ahead."""

    trusted: bool
    t_ms: int
    stored: StoredRow
    quality: dict[int, int]


class _Asset:
    """One message: what was said last and when, and what came since."""

    def __init__(self, message: CityMessage) -> None:
        self.message = message
        self.said_s = float("-inf")
        self.due_s = float("-inf")
        self.new: dict[str, _Latest] = {}


class City:
    """Keeps the latest readings by asset and tells what is to be published. Older readings never replace newer ones."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._assets: dict[str, _Asset] = {}
        self._latest: dict[str, tuple[bool, int]] = {}
        self._complete_ms: dict[tuple[str, str], int] = {}
        self._pending: set[str] = set()

    def remember(self, topic: str, message: CityMessage) -> None:
        """Take a message that was published before this program ran: nothing older than it is to be said again."""
        asset = self._assets.setdefault(topic, _Asset(message))
        if not asset.new and asset.said_s == float("-inf"):
            asset.message = message
        key = message.operator, message.gateway
        self._complete_ms[key] = max(self._complete_ms.get(key, 0), _ms(message.complete_until))

    def take(self, sender: GatewayId, batch: Batch, rows: list[ReadRow], document: Document) -> None:
        """Take a batch's readings. What comes late says how far is complete, and nothing else."""
        key = sender.operator, sender.gateway
        self._complete_ms[key] = max(batch.floor_ms, self._complete_ms.get(key, 0))
        if batch.replay or batch.withdrawn:
            return
        trusted = batch.clock is not Clock.UNSYNCED
        for row in rows:
            try:
                stored = document.stored_row(batch, row)
            except BatchError:
                continue  # the ingest tells the gateway
            self._take(_Latest(trusted, stored.t_ms, stored, row.quality or {}))

    def _take(self, latest: _Latest) -> None:
        origin = latest.stored.origin
        if origin.stream.measurement in INTERNAL or latest[:2] <= self._latest.get(origin.key, (False, 0)):
            return
        topic = topics.city(origin.sender.site, origin.sender.operator, origin.stream.measurement, origin.stream.asset)
        asset = self._assets.get(topic)
        if asset is None:
            asset = self._assets[topic] = _Asset(_empty(origin))
        if origin.key not in self._latest and latest.t_ms <= _said_ms(asset.message, origin):
            return  # an earlier run has said something newer
        self._latest[origin.key] = latest[:2]
        asset.new[origin.key] = latest
        self._pending.add(topic)

    def due(self, now_s: float) -> Iterator[tuple[str, bytes]]:
        """Give the messages to be published now, with their topics."""
        for topic in list(self._pending):
            asset = self._assets[topic]
            if now_s < asset.due_s:
                continue
            changed = self._update(asset)
            if not changed and now_s < asset.said_s + self._pace.at_least_s:
                # What is new is the time alone: it can wait, and a change can come meanwhile.
                self._pending.discard(topic)
                continue
            asset.said_s, asset.due_s = now_s, now_s + self._pace.at_most_s
            self._pending.discard(topic)
            key = asset.message.operator, asset.message.gateway
            asset.message.said_every_s = self._pace.at_least_s
            asset.message.complete_until = _iso(self._complete_ms.get(key, 0))
            yield topic, msgspec.json.encode(asset.message)

    def _update(self, asset: _Asset) -> bool:
        """Bring what came into an asset's message; tell whether any value or quality is another than was said."""
        changed = False
        for latest in asset.new.values():
            reading = _reading(latest.stored, latest.quality)
            others = [one for one in asset.message.readings if not _same_stream(one, reading)]
            same = next((one for one in asset.message.readings if _same_stream(one, reading)), None)
            changed = changed or same is None or same.values != reading.values
            asset.message.readings = [*others, reading]
            asset.message.gateway = latest.stored.origin.sender.gateway
        asset.new.clear()
        return changed


def _reading(stored: StoredRow, quality: dict[int, int]) -> CityReading:
    stream = stored.origin.stream
    shown = {
        field.name: CityValue(name_of(quality.get(n, 0)), None if is_bad(quality.get(n, 0)) else stored.values[n], field.unit)
        for n, field in enumerate(stream.fields)
    }
    return CityReading(stream.device, _iso(stored.t_ms), stream.every_s, shown, stream.tags)


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
