"""A tap on a line's wire: shows the bytes that pass to somebody who looks. Pure."""

from collections.abc import Callable
from typing import Protocol

from gateway.fieldbus.wire.port import Wire


class WireWatcher(Protocol):
    """Looks at what passes."""

    def sent(self, data: bytes) -> None:
        """See bytes that are sent."""
        ...

    def received(self, data: bytes) -> None:
        """See bytes that have arrived."""
        ...


class WireTap:
    """Where somebody may watch a line. While nobody does, it costs a look at an empty tuple for each chunk of bytes."""

    def __init__(self) -> None:
        self.watchers: tuple[WireWatcher, ...] = ()

    def add(self, watcher: WireWatcher) -> None:
        """Show what passes to a watcher."""
        self.watchers = (*self.watchers, watcher)

    def remove(self, watcher: WireWatcher) -> None:
        """Show a watcher nothing more."""
        self.watchers = tuple(one for one in self.watchers if one is not watcher)


class TappedWire:
    """A wire with a tap."""

    def __init__(self, wire: Wire, tap: WireTap) -> None:
        self._wire, self._tap = wire, tap
        self.close = wire.close

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open the wire."""
        tap = self._tap

        def received(data: bytes) -> None:
            for watcher in tap.watchers:
                watcher.received(data)
            on_bytes(data)

        await self._wire.open(received, on_lost)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        for watcher in self._tap.watchers:
            watcher.sent(data)
        self._wire.write(data)
