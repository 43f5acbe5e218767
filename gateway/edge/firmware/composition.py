"""What a running gateway has for the firmware of its devices: repository, updates, orders of the centre, and the room of the local API."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

from gateway.edge.firmware.orders import FirmwareOrders
from gateway.edge.firmware.releases import fetching_releases
from gateway.edge.firmware.repository import EdgeRepository
from gateway.edge.firmware.room import LocalFirmware
from gateway.edge.firmware.service import FlashService
from gateway.edge.services.parts import Present
from gateway.host import clock

log = logging.getLogger(__name__)

_ORDERS = "firmware/orders.json"
"""The orders that were received, in the folder `state` of a gateway."""


@contextlib.asynccontextmanager
async def firmware_of_devices(present: Present) -> AsyncIterator[LocalFirmware]:
    """Update devices until the context exits; what is under way then goes on at the next start."""
    repository = EdgeRepository(present)
    updates = FlashService(present, repository)
    room = LocalFirmware(present, updates)

    async def publish(device: str, answer: bytes) -> None:
        parts = present()
        await parts.uplink.mqtt.publish(parts.site.id.device_topic("ack", device), answer)

    orders = _orders(present().site.state / _ORDERS, updates, publish)
    if orders is not None:
        present().inbox.on_firmware = orders.receive
        orders.resume()
    updates.resume()
    try:
        async with fetching_releases(present, repository):
            yield room
    finally:
        if orders is not None:
            await orders.close()
        await updates.close()
        room.close()


def _orders(ledger: Path, updates: FlashService, publish: Callable[[str, bytes], Coroutine[None, None, None]]) -> FirmwareOrders | None:
    """Return what follows the orders of the centre; None if their ledger can't be read: it is not known which were followed.

    A damaged ledger is set aside: an order that comes again finds its device with the version that it wants.
    """
    try:
        return FirmwareOrders(ledger, updates, publish, clock.now_ms)
    except ValueError as error:
        aside = ledger.with_suffix(".damaged")
        log.warning("%s is damaged (%s); it is kept as %s", ledger, error, aside)
        ledger.replace(aside)
        return FirmwareOrders(ledger, updates, publish, clock.now_ms)
    except OSError as error:
        log.warning("orders about firmware are not followed: %s can't be read (%s)", ledger, error)
        return None
