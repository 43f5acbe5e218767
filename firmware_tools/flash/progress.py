"""How far an update is, how fast it is, and how long it will take. Pure; times are monotonic seconds that the caller passes."""

from collections import deque
from typing import Literal

import msgspec

from firmware_tools.flash.record import Reason, UpdatePhase, UpdateRecord

FlashResult = Literal["succeeded", "unchanged", "refused", "failed", "interrupted", "paused"]
"""How an attempt ended. interrupted: the update goes on by itself, or when it is asked for again. paused: somebody has stopped it."""

_WINDOW = 64
"""The rate is that of so many last chunks, so that it follows a line that becomes slower."""


class UpdateView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far an update is.

    Attributes:
        device, line, by: The device, its line, and who asked for the update.
        image: The SHA-256 of the image.
        from_version, to_version, read_back: The versions before and after, and that which the device says in the end, if they are known.
        phase: How far it is.
        done_bytes, total_bytes: Bytes that the device has, and all bytes of the transfer.
        bytes_per_s, left_s: The rate, and how long the transfer will still take; None while they are not known.
        reason: Why it does not get on, or did not succeed.
        stuck: It failed, and the device may be in its bootloader: it needs another image.
        result: How the attempt ended; None while it lasts.
    """

    device: str
    line: str
    by: str
    image: str
    phase: UpdatePhase
    done_bytes: int
    total_bytes: int
    from_version: str | None = None
    to_version: str | None = None
    read_back: str | None = None
    bytes_per_s: float | None = None
    left_s: float | None = None
    reason: Reason | None = None
    stuck: bool = False
    result: FlashResult | None = None

    @property
    def percent(self) -> float:
        """The share that was transferred, in percent."""
        return 100 * self.done_bytes / self.total_bytes if self.total_bytes else 0.0


def view_of(
    record: UpdateRecord,
    done_bytes: int,
    total_bytes: int,
    bytes_per_s: float | None = None,
    result: FlashResult | None = None,
) -> UpdateView:
    """Return how far an update is, from its record and what its transfer measured."""
    sending = record.phase == "sending" and bytes_per_s
    return UpdateView(
        device=record.device,
        line=record.line,
        by=record.by,
        image=record.image,
        phase=record.phase,
        done_bytes=done_bytes,
        total_bytes=total_bytes,
        from_version=record.from_version,
        to_version=record.to_version,
        read_back=record.read_back,
        bytes_per_s=bytes_per_s,
        left_s=(total_bytes - done_bytes) / bytes_per_s if sending and bytes_per_s else None,
        reason=record.reason,
        stuck=record.stuck,
        result=result,
    )


def stored_view(record: UpdateRecord) -> UpdateView:
    """Return how far an update is that is not under way, as well as its record says."""
    share = {"sending": record.chunk / record.chunks if record.chunks else 0.0, "checking": 0.0, "entering": 0.0}.get(record.phase, 1.0)
    return view_of(record, int(share * record.size_bytes), record.size_bytes)


class TransferRate:
    """Measures the rate of a transfer."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_WINDOW)

    def restart(self, now_s: float, done_bytes: int) -> None:
        """Begin to measure anew, as after a break."""
        self._seen.clear()
        self._seen.append((now_s, done_bytes))

    def reached(self, now_s: float, done_bytes: int) -> None:
        """Record how many bytes were transferred by now."""
        self._seen.append((now_s, done_bytes))

    @property
    def bytes_per_s(self) -> float | None:
        """The rate of the last chunks; None before the second one."""
        if len(self._seen) < 2:
            return None
        (from_s, from_bytes), (to_s, to_bytes) = self._seen[0], self._seen[-1]
        return (to_bytes - from_bytes) / (to_s - from_s) if to_s > from_s else None
