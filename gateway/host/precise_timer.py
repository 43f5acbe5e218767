"""Waits with a resolution below a millisecond: event loops use whole milliseconds, and the silence on a line at 115200 baud is 1.75 ms.

They use timerfd_create(2) of Linux. Python has it from 3.13 on; for earlier versions, it is called through the C library.
"""

import asyncio
import ctypes
import os
from typing import Protocol

_CLOCK_MONOTONIC = 1


class Sleeper(Protocol):
    """Something that can wait."""

    async def sleep(self, seconds: float) -> None:
        """Wait for a time above zero."""
        ...

    def close(self) -> None:
        """Release its resources."""
        ...


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


_libc = ctypes.CDLL(None, use_errno=True)


class PreciseTimer:
    """A timer for one waiter at a time; `close` closes its file descriptor.

    Raises:
        OSError: There is no file descriptor left.
    """

    def __init__(self) -> None:
        self._descriptor: int = _libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._waiting: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._expired)

    async def sleep(self, seconds: float) -> None:
        """Wait for a time above zero."""
        whole, part = divmod(max(1, round(seconds * 1e9)), 1_000_000_000)
        value = _Itimerspec(_Timespec(0, 0), _Timespec(whole, part))
        self._waiting = self._loop.create_future()
        _libc.timerfd_settime(self._descriptor, 0, ctypes.byref(value), None)
        await self._waiting

    def _expired(self) -> None:
        os.read(self._descriptor, 8)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> None:
        """Close the file descriptor; a wait under way ends."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
