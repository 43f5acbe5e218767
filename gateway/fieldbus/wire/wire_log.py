"""What passes on a line, as entries for people: pieces of a response that arrive together are one. Pure: times are handed in."""

from collections.abc import Callable

import msgspec

_TOGETHER_MS = 30
"""Pieces of a response that arrive within so long belong together: adapters pass bytes on every 16 ms."""

_ENTRIES_MOST = 500
_BYTES_MOST = 512
"""Of one entry: more than any frame has. What is beyond is cut off."""


class WireEntry(msgspec.Struct):
    """Bytes that were sent or have arrived: when, to or from which Modbus address, if that is known, and the bytes in hexadecimal."""

    t_ms: int
    sent: bool
    unit: int | None
    hex: str


class WireLog:
    """Collects the entries of one line until they are taken. A watcher of its tap.

    Args:
        now_ms: The clock.
        unit_at: The place of the unit address in a frame; None if frames have none.
    """

    def __init__(self, now_ms: Callable[[], int], unit_at: int | None) -> None:
        self._now_ms, self._unit_at = now_ms, unit_at
        self._entries: list[tuple[int, bool, bytearray]] = []
        self._last_ms = 0
        self._asked: int | None = None
        self.dropped = 0
        """Pieces that were not kept, because nobody took the others."""

    def sent(self, data: bytes) -> None:
        """See bytes that are sent."""
        self._add(True, data, self._now_ms())  # noqa: FBT003 — the direction

    def received(self, data: bytes) -> None:
        """See bytes that have arrived."""
        now_ms = self._now_ms()
        if self._entries and not self._entries[-1][1] and now_ms - self._last_ms <= _TOGETHER_MS:
            self._entries[-1][2].extend(data)
            self._last_ms = now_ms
        else:
            self._add(False, data, now_ms)  # noqa: FBT003 — the direction

    def _add(self, sent: bool, data: bytes, now_ms: int) -> None:  # noqa: FBT001 — the direction
        if len(self._entries) >= _ENTRIES_MOST:
            self.dropped += 1
            return
        self._entries.append((now_ms, sent, bytearray(data)))
        self._last_ms = now_ms

    def take(self) -> list[WireEntry]:
        """Return the entries since the last call; a response that may still be arriving stays."""
        arriving = self._entries and not self._entries[-1][1] and self._now_ms() - self._last_ms <= _TOGETHER_MS
        count = len(self._entries) - bool(arriving)
        taken, self._entries = self._entries[:count], self._entries[count:]
        return [self._entry(*one) for one in taken]

    def _entry(self, t_ms: int, sent: bool, data: bytearray) -> WireEntry:  # noqa: FBT001 — the direction
        """Return an entry; on a serial line, what arrives belongs to the device that was asked."""
        at = self._unit_at
        if at is not None and (sent or at > 0) and len(data) > at:
            self._asked = data[at]
        shown = bytes(data[:_BYTES_MOST]).hex(" ") + (" …" if len(data) > _BYTES_MOST else "")
        return WireEntry(t_ms, sent, self._asked if at is not None else None, shown)
