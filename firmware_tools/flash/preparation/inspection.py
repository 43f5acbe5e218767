"""Asks a device what it is, before anything is decided about its firmware."""

import asyncio

from firmware_tools.drivers.port import FirmwareDriver, FirmwareError, FirmwareIdentity, NoFirmwareAnswer
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.line_use import LineUse
from gateway.fieldbus.wire.port import WireError

_TRIES, _AGAIN_S = 3, 0.5


async def inspect(driver: FirmwareDriver, line: LineUse) -> FirmwareIdentity:
    """Return what a device says of itself; it may be in its bootloader.

    Raises:
        FlashRefused: it does not answer, or the line can't be used.
    """
    for left in reversed(range(_TRIES)):
        try:
            with line.reserved():
                return await _asked(driver, line)
        except FirmwareError as error:
            if not isinstance(error, NoFirmwareAnswer) or not left:
                raise FlashRefused(error.code, str(error), error.italian) from error
        except WireError as error:
            raise FlashRefused("no_line", str(error), error.italian) from error
        except TimeoutError:
            pass  # the line was needed back
        await asyncio.sleep(_AGAIN_S)
    raise FlashRefused("no_answer", "the line was needed back each time", "ogni volta la linea serviva di nuovo")


async def _asked(driver: FirmwareDriver, line: LineUse) -> FirmwareIdentity:
    async with line.turn():
        try:
            return await driver.probe()
        finally:
            driver.close()
