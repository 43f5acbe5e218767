"""What the city plane keeps of each gateway, and in all: who has too much is refused more, and nobody else is. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.centre.city.asset import Asset, Owner, ReadingSlot
from gateway.model.canonical import FieldType
from gateway.model.messages import CityMessage
from gateway.model.stream import StreamField

_TEXT_VALUES = 16
"""A text takes as much memory as so many numbers: it has up to 1024 characters."""


class CityLimits(NamedTuple):
    """Assets (the messages of one measurement each) of a gateway and in all, and their values. Readings and bytes of one message.

    An asset of which nothing was received for `quiet_s` makes room for another of its gateway.
    """

    assets: int = 2_000
    total_assets: int = 200_000
    values: int = 100_000
    total_values: int = 2_000_000
    readings: int = 256
    message_bytes: int = 256 << 10
    quiet_s: float = 3600.0


class _Share:
    """The assets of one gateway, the one longest without a reading first, and how many values it has."""

    def __init__(self) -> None:
        self.assets: dict[str, Asset] = {}
        self.values = 0


class Room:
    """Keeps assets within the limits. A gateway that has less than an equal share of all gets its room from the one that has most.

    `forgotten` is called with each asset that is dropped; its message stays with the broker.
    """

    def __init__(self, limits: CityLimits, forgotten: Callable[[Asset], None]) -> None:
        self._limits, self._forgotten = limits, forgotten
        self._shares = defaultdict[Owner, _Share](_Share)
        self._assets: dict[str, tuple[Asset, _Share]] = {}
        self._values = 0
        self._refused_s: dict[Owner, float] = {}
        self.refused = 0

    def __len__(self) -> int:
        return len(self._assets)

    def __iter__(self) -> Iterator[Asset]:
        return (asset for asset, _ in self._assets.values())

    @property
    def values(self) -> int:
        """The values of all assets; a text counts as several."""
        return self._values

    def get(self, topic: str) -> Asset | None:
        """Return an asset, or None if it is not kept."""
        found = self._assets.get(topic)
        return None if found is None else found[0]

    def add(self, owner: Owner, topic: str, message: Callable[[], CityMessage], now_s: float) -> Asset | None:
        """Return a new asset of a gateway, whose message is made if there is room, or None."""
        mine = self._shares[owner]
        if len(mine.assets) >= self._limits.assets and not self._drop_quiet(mine, now_s):
            self.refuse(owner, now_s)
            return None
        if len(self._assets) >= self._limits.total_assets:
            if len(mine.assets) >= self._limits.total_assets // len(self._shares):
                self.refuse(owner, now_s)
                return None
            self._forget_oldest(max(self._shares.values(), key=lambda one: len(one.assets)))
        asset = mine.assets[topic] = Asset(topic, message())
        self._assets[topic] = asset, mine
        return asset

    def charge(self, owner: Owner, asset: Asset, slot: ReadingSlot, values: int, now_s: float) -> bool:
        """Make room for the values of a reading; return False if there is none."""
        if slot in asset.charged:
            return True
        mine = self._shares[owner]
        if mine.values + values > self._limits.values:
            self.refuse(owner, now_s)
            return False
        while self._values + values > self._limits.total_values:
            largest = max(self._shares.values(), key=lambda one: one.values)
            if mine.values + values > self._limits.total_values // len(self._shares) or not largest.assets:
                self.refuse(owner, now_s)
                return False
            self._forget_oldest(largest)
        if asset.forgotten:
            return False
        asset.charged[slot] = owner, values
        mine.values += values
        self._values += values
        return True

    def hear(self, asset: Asset, now_s: float) -> None:
        """Note that a reading of an asset was received."""
        asset.heard_s = now_s
        assets = self._assets[asset.topic][1].assets
        assets[asset.topic] = assets.pop(asset.topic)

    def refuse(self, owner: Owner, now_s: float) -> None:
        """Note that something of a gateway is not published: there are too many, or it is too large."""
        self.refused += 1
        self._refused_s[owner] = now_s

    def refused_since(self, since_s: float) -> list[Owner]:
        """Return the gateways that were refused something since then."""
        return [owner for owner, at_s in self._refused_s.items() if at_s >= since_s]

    def _drop_quiet(self, share: _Share, now_s: float) -> bool:
        oldest = next(iter(share.assets.values()))
        if now_s - oldest.heard_s < self._limits.quiet_s:
            return False
        self._forget_oldest(share)
        return True

    def _forget_oldest(self, share: _Share) -> None:
        topic, asset = next(iter(share.assets.items()))
        del share.assets[topic], self._assets[topic]
        asset.forgotten = True
        for owner, values in asset.charged.values():
            self._shares[owner].values -= values
            self._values -= values
        self._forgotten(asset)


def room_of(fields: tuple[StreamField, ...]) -> int:
    """Return how many values the fields of a reading count as."""
    return max(1, sum(_TEXT_VALUES if field.type is FieldType.STRING else 1 for field in fields))
