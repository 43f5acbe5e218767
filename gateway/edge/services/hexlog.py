"""The hex log of the running gateway, for `gateway.web.technician.lines_routes`."""

from collections.abc import AsyncGenerator
from functools import partial

from starlette.responses import Response

from gateway.edge.services.lookup import device_named, line_named
from gateway.edge.services.parts import GatewayParts, Present
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.wire.wire_log import WireLog
from gateway.web.event_stream import event
from gateway.web.watched_stream import WatchedStream

_EVERY_S = 0.25
_VIEWERS_MOST = 8


class LocalHexLog:
    """Watches the tap of a line while somebody looks."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._streams: dict[tuple[str, int | None], WatchedStream] = {}

    def line(self, line: str) -> Response:
        """Return the stream of a line."""
        return self._stream(line_named(self._present().lines, line), None)

    def device(self, device: str) -> Response:
        """Return the stream of a device."""
        owner, found = device_named(self._present().lines, device)
        return self._stream(owner, found.unit if found.profile.modbus is not None else None)

    async def close(self) -> None:
        """End every stream."""
        for stream in self._streams.values():
            await stream.close()

    def _stream(self, owner: LineOwner, unit: int | None) -> Response:
        key = owner.name, unit
        if key not in self._streams:
            self._streams[key] = WatchedStream(partial(self._entries, owner.name, unit), _EVERY_S, viewers_most=_VIEWERS_MOST)
        return self._streams[key].response()

    async def _entries(self, line: str, unit: int | None) -> AsyncGenerator[bytes, None]:
        """Yield what passes on a line, or of one of its devices; a changed configuration may give the line a new tap."""
        while (parts := self._present()).lines.taps.get(line) is not None:
            tap, log = parts.lines.taps[line], WireLog(parts.journal.now_ms, _unit_at(parts, line))
            tap.add(log)
            try:
                while self._present().lines.taps.get(line) is tap:
                    yield _events(log, unit)
            finally:
                tap.remove(log)


def _events(log: WireLog, unit: int | None) -> bytes:
    entries = [one for one in log.take() if unit is None or one.unit == unit]
    dropped, log.dropped = log.dropped, 0
    return (event("frames", entries) if entries else b"") + (event("dropped", dropped) if dropped else b"")


def _unit_at(parts: GatewayParts, line: str) -> int | None:
    """Return where frames have the unit address: first on a serial line, seventh in the header of Modbus TCP."""
    settings = next(one for one in parts.site.lines if one.id == line)
    if parts.site.profiles[settings.devices[0].profile].modbus is None:
        return None
    return 6 if settings.tcp is not None else 0
