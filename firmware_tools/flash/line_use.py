"""The use of a line by an update: all the time if nobody else polls it, in gentle loans if a running gateway does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, nullcontext
from typing import Protocol

from firmware_tools.flash.pace import LinePace
from gateway.fieldbus.line.lending import LONGEST_S
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.wire.port import WireError

More = Callable[[], bool]
"""Returns whether there is time for another chunk."""

_CHUNK_S = 5.0
"""More than a chunk takes at 1200 baud."""


class LineUse(Protocol):
    """The way of an update to its line."""

    def reserved(self) -> AbstractContextManager[None]:
        """Keep the line's polls away from what the update does, until the context exits."""
        ...

    def turn(self) -> AbstractAsyncContextManager[More]:
        """Wait for the line, and have it alone until the context exits.

        Raises:
            WireError: the line has stopped.
            TimeoutError: the time is up.
        """
        ...


class FreeLine:
    """A line that nobody else uses."""

    def reserved(self) -> AbstractContextManager[None]:
        """Nobody polls."""
        return nullcontext()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[More]:
        """Use the line for as long as there is something to do."""
        yield lambda: True


class LentLine:
    """A line that a gateway polls. The device that is updated is not polled, nor are `others`, the devices that must keep silent.

    Args:
        find_owner: Returns the line's owner now; None if there is none, as after a change of the configuration.
        device: The device that is updated.
        share: The share of the line's time that the update may use, from 0 to 1.
        others: The devices that are left alone, too, as the bootloader takes any byte for its own.
    """

    def __init__(self, find_owner: Callable[[], LineOwner | None], device: str, share: float, others: Sequence[str] = ()) -> None:
        self._find_owner, self._aside = find_owner, (device, *others)
        self._pace = LinePace(share, asyncio.get_running_loop().time())
        self._reserved = ExitStack()
        self._owner: LineOwner | None = None

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Set the devices aside, also on a line that is begun anew meanwhile."""
        with self._reserved:
            yield

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[More]:
        """Borrow the line, for as long as its share has saved up; if nobody else is polled, for as long as a loan lasts."""
        owner, loop = self._present(), asyncio.get_running_loop()
        alone = all(device.id in self._aside for device in owner.devices)
        if not alone:
            await asyncio.sleep(self._pace.wait_s(loop.time()))
        async with owner.lend(LONGEST_S, gently=True) as ends_s:
            began_s = loop.time()

            def more() -> bool:
                now_s = loop.time()
                return (alone or self._pace.left_s(now_s, began_s) > 0) and now_s + _CHUNK_S < ends_s

            try:
                yield more
            finally:
                self._pace.spend(began_s, loop.time())

    def _present(self) -> LineOwner:
        """Return the line's owner, on which the devices are set aside."""
        owner = self._find_owner()
        if owner is None:
            raise WireError("the line has stopped")
        if owner is not self._owner:
            self._reserved.enter_context(owner.lending.setting_aside(self._aside))
            self._owner = owner
        return owner
