"""Flashes an LED of the board, so that a technician finds this machine among several; for `gateway.web.technician.machine_routes`."""

import asyncio
import contextlib
import logging
from itertools import cycle
from pathlib import Path

import msgspec

from gateway.edge.services.board_led import BoardLed, ShownLed, find_led, led_named
from gateway.host.clock import boot_id
from gateway.host.files import write_whole
from gateway.web.json_api import ApiError

log = logging.getLogger(__name__)

BORROWED = "led.json"
"""The file of what the LED showed before, in the folder `state` while it flashes: after a kill, the next start puts it right."""

_RHYTHM_S = ((True, 0.1), (False, 0.1), (True, 0.1), (False, 0.5))
"""Two short flashes and a pause: neither a disk's activity nor the kernel's heartbeat looks so."""


class _BorrowedLed(msgspec.Struct):
    boot: str
    name: str
    shown: ShownLed


class LedIdentify:
    """Borrows the LED from the kernel, and returns it."""

    def __init__(self, state: Path, root: Path = Path("/")) -> None:
        self._file, self._root = state / BORROWED, root
        self._turn, self._until_s = asyncio.Lock(), 0.0
        self._flashing: asyncio.Task[None] | None = None

    async def recover(self) -> None:
        """Return an LED that a killed gateway has left flashing; after a reboot, the kernel has done so."""
        try:
            left = msgspec.json.decode(await asyncio.to_thread(self._file.read_bytes), type=_BorrowedLed)
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s): the LED may stay as it is until a reboot", self._file, error)
            self._forget()
            return
        if left.boot == boot_id():
            self._give_back(led_named(self._root, left.name), left.shown)
        self._forget()

    async def flash(self, seconds: int) -> str:
        """Begin to flash an LED of the board, or go on for so long; return its name.

        Raises:
            ApiError: 409, as there is none, or none that may be switched.
        """
        led = find_led(self._root)
        if led is None:
            raise ApiError(409, "this machine has no LED that could flash", "questa macchina non ha un LED da far lampeggiare")
        async with self._turn:
            self._until_s = asyncio.get_running_loop().time() + seconds
            if self._flashing is None or self._flashing.done():
                self._flashing = asyncio.create_task(self._flash(led, await self._borrow(led)), name="identify")
        return led.name

    async def _borrow(self, led: BoardLed) -> ShownLed:
        """Take the LED from the kernel, after writing down what it shows."""
        try:
            shown = led.shown()
            await asyncio.to_thread(write_whole, self._file, msgspec.json.encode(_BorrowedLed(boot_id(), led.name, shown)))
            led.take()
        except OSError as error:
            self._forget()
            raise ApiError(
                409, f"the gateway may not switch the LED {led.name} ({error.strerror}): run 'gateway install edge' again and reboot",
                f"il gateway non può comandare il LED {led.name} ({error.strerror}): eseguire di nuovo 'gateway install edge' e riavviare",
            ) from error  # fmt: skip
        return shown

    async def close(self) -> None:
        """Return the LED."""
        if self._flashing is not None:
            self._flashing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flashing
            await self.recover()  # if it was cancelled before its first step

    async def _flash(self, led: BoardLed, shown: ShownLed) -> None:
        clock = asyncio.get_running_loop().time
        try:
            for on, lasts_s in cycle(_RHYTHM_S):
                if clock() >= self._until_s:
                    break
                led.switch(on=on)
                await asyncio.sleep(lasts_s)
        except OSError as error:
            log.warning("the LED %s can't be switched: %s", led.name, error)
        finally:
            self._give_back(led, shown)
            self._forget()

    def _give_back(self, led: BoardLed, shown: ShownLed) -> None:
        try:
            led.show(shown)
        except OSError as error:
            log.warning("the LED %s stays as it is until a reboot: %s", led.name, error)

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink()
