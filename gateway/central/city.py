"""The city plane: the latest of every asset as retained JSON, for people and utilities."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from gateway.model import topics
from gateway.model.batch import Row, Value
from gateway.model.canonical import INTERNAL
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue
from gateway.model.quality import is_bad, name_of
from gateway.model.stored import Origin
from gateway.model.topics import GatewayId


class City:
    """Keeps the latest readings by asset and publishes what changed. Older readings never replace newer ones."""

    def __init__(self, publish: Callable[[str, bytes], object]) -> None:
        self._publish = publish
        self._messages: dict[str, CityMessage] = {}
        self._latest: dict[str, tuple[bool, int]] = {}
        self._complete_ms: dict[GatewayId, int] = {}
        self._changed: set[str] = set()

    def complete_until(self, sender: GatewayId, floor_ms: int) -> None:
        """Note that everything that a gateway read before a time is stored."""
        self._complete_ms[sender] = max(floor_ms, self._complete_ms.get(sender, 0))

    def take(self, origin: Origin, t_ms: int, values: list[Value], row: Row, *, trusted: bool = True) -> None:
        """Take a stored reading: `values` in their units, `row` as it came, for its qualities.

        One whose time can be `trusted` replaces any whose time can't: that may lie years ahead.
        """
        if (trusted, t_ms) <= self._latest.get(origin.key, (False, 0)):
            return
        self._latest[origin.key] = trusted, t_ms
        sender, stream, _ = origin
        if stream.measurement in INTERNAL:
            return
        topic = topics.city(sender.site, sender.operator, stream.measurement, stream.asset)
        message = self._messages.get(topic)
        if message is None:
            message = self._messages[topic] = _empty(origin)
        message.gateway = sender.gateway
        quality = row.quality or {}
        shown = {
            field.name: CityValue(name_of(quality.get(n, 0)), None if is_bad(quality.get(n, 0)) else values[n], field.unit)
            for n, field in enumerate(stream.fields)
        }
        reading = CityReading(stream.device, _iso(t_ms), stream.every_s, shown, stream.tags)
        others = [one for one in message.readings if not _same_stream(one, reading)]
        message.readings = [*others, reading]
        self._changed.add(topic)

    def flush(self) -> None:
        """Publish every message that changed since the last time."""
        for topic in self._changed:
            message = self._messages[topic]
            sender = GatewayId(topic.split("/", 1)[0], message.operator, message.gateway)
            message.complete_until = _iso(self._complete_ms.get(sender, 0))
            self._publish(topic, msgspec.json.encode(message))
        self._changed.clear()


def _same_stream(one: CityReading, other: CityReading) -> bool:
    """Tell whether readings are one stream's: a device may have several, asked for at different intervals."""
    return (one.device, one.tags, one.values.keys()) == (other.device, other.tags, other.values.keys())


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
