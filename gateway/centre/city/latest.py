"""The city plane: the latest values of every asset as retained JSON, for people and utilities. Pure: the time is handed in.

Thousands of readings arrive for one that is published, so their values are converted only when an asset's message is due. Whatever arrives
until then replaces what was there: only the newest state of an asset is published, and what waits takes no more room for waiting longer.
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple

from gateway.centre.city.asset import Asset, Latest, Owner, ReadingSlot, empty_message, slot_of
from gateway.centre.city.room import CityLimits, Room, room_of
from gateway.centre.city.totals import Totals
from gateway.centre.city.turns import Turns
from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin
from gateway.model import topics
from gateway.model.batch import LATEST_MS, Batch, BatchRow, Clock
from gateway.model.canonical import INTERNAL
from gateway.model.instants import ms_of_iso
from gateway.model.messages import CityMessage
from gateway.model.topics import GatewayId


class Pace(NamedTuple):
    """The shortest time between two messages of an asset, and the longest while its values don't change (seconds)."""

    at_most_s: float
    at_least_s: float


class _Series:
    """A stream's asset, and its newest reading: one with a trusted time is newer than any without.

    Of a reading that was published before this program started only the time is known.
    """

    def __init__(self, asset: Asset, slot: ReadingSlot) -> None:
        self.asset, self.slot, self._published_ms = asset, slot, asset.time_of(slot)
        self._newest: tuple[bool, int] | None = None

    def advance(self, trusted: bool, t_ms: int) -> bool:  # noqa: FBT001 — the parts of one comparison
        """Record a reading's time and return True if it is newer than all before."""
        newer = t_ms > self._published_ms if self._newest is None else (trusted, t_ms) > self._newest
        if newer:
            self._newest = trusted, t_ms
        return newer


class LatestValues:
    """The latest readings of all assets, and the messages due. Older readings never replace newer ones."""

    def __init__(self, pace: Pace, limits: CityLimits = CityLimits()) -> None:  # noqa: B008 — a constant
        self._pace, self._limits = pace, limits
        self.room, self.turns = Room(limits, self._forgotten), Turns()
        self._series: dict[str, _Series] = {}
        self._complete_ms: dict[Owner, int] = {}
        self._totals = Totals()

    def restore(self, topic: str, message: CityMessage) -> None:
        """Add a message that was published before this program started: nothing older is published again.

        Raises:
            ValueError: One of its times is not a time, or it has too many readings.
        """
        complete_ms = ms_of_iso(message.complete_until)
        if len(message.readings) > self._limits.readings or not all(0 <= ms_of_iso(one.time) <= LATEST_MS for one in message.readings):
            raise ValueError("too many readings, or a time that is out of range")
        owner = message.operator, message.gateway
        asset = self.room.add(owner, topic, lambda: message, float("-inf")) if self.room.get(topic) is None else None
        if asset is not None:
            for one in message.readings:
                self.room.charge(owner, asset, slot_of(one.device, one.tags, tuple(one.values)), max(1, len(one.values)), float("-inf"))
        self._complete_ms[owner] = max(self._complete_ms.get(owner, 0), complete_ms)

    def _forgotten(self, asset: Asset) -> None:
        for key in asset.series:
            del self._series[key]

    def add(self, sender: GatewayId, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, now_s: float) -> None:
        """Add a batch's readings. Of a replayed or withdrawn one only the time up to which readings are complete is used."""
        owner = sender.operator, sender.gateway
        self._complete_ms[owner] = max(batch.floor_ms, self._complete_ms.get(owner, 0))
        if batch.replay or batch.withdrawn:
            return
        self._totals.add(batch, rows, document)
        trusted = batch.clock is not Clock.UNSYNCED
        for row in _newest(batch, rows, document):
            origin, fields = document.origins[row.stream], document.kinds[row.stream]
            series = self._series.get(origin.key) or self._new_series(owner, origin, fields.names, now_s)
            t_ms = batch.t0_ms + row.dt_ms
            if series is not None and series.advance(trusted, t_ms):
                quality = {n: code for n, code in row.quality.items() if n < len(fields.names)} if row.quality else {}
                series.asset.accept(series.slot, Latest(t_ms, origin, fields, row.values, quality))
                self.room.hear(series.asset, now_s)
                self.turns.add(owner, series.asset, now_s)

    def _new_series(self, owner: Owner, origin: Origin, names: tuple[str, ...], now_s: float) -> _Series | None:
        """Return the series of a stream that is new to this run, or None without room; its asset's message may have been restored."""
        sender, stream, key = origin
        if stream.measurement in INTERNAL:
            return None
        topic = topics.city(sender.site, sender.operator, stream.measurement, stream.asset)
        asset = self.room.get(topic) or self.room.add(owner, topic, lambda: empty_message(origin), now_s)
        slot = slot_of(stream.device, stream.tags, names)
        if asset is None or not self.room.charge(owner, asset, slot, room_of(stream.fields), now_s):
            return None
        asset.series.append(key)
        series = self._series[key] = _Series(asset, slot)
        return series

    def due_messages(self, now_s: float) -> Generator[tuple[str, bytes], None, None]:
        """Yield the topics and messages to publish now, in turn of their gateways, up to a limit. Close the generator to end earlier."""
        for owner, asset in self.turns.take(now_s):
            changed = asset.update(self._limits.readings, self._totals)
            # A message in which only times are new can wait for a change.
            if not changed and now_s < asset.published_s + self._pace.at_least_s:
                continue
            asset.due_s = now_s + self._pace.at_most_s
            payload = asset.encode(self._complete_ms.get(asset.owner, 0), self._pace.at_least_s, self._limits.message_bytes)
            if payload is not None:
                asset.published_s = now_s
                self.turns.published(owner, now_s)
                yield asset.topic, payload
            elif changed:
                self.room.refuse(owner, now_s)


def _newest(batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams) -> list[BatchRow]:
    """Return the newest row of each stream that fits it and has a valid time: no other row of the batch is ever shown."""
    newest: dict[int, BatchRow] = {}
    streams, earliest_ms, latest_ms = document.kinds, -batch.t0_ms, LATEST_MS - batch.t0_ms
    for row in reversed(rows):  # mostly in the order of their times
        number, dt_ms = row.stream, row.dt_ms
        before = newest.get(number)
        if before is not None and dt_ms <= before.dt_ms:
            continue
        if number < len(streams) and earliest_ms <= dt_ms <= latest_ms and streams[number].fits(row.values):
            newest[number] = row
    return list(reversed(newest.values()))
