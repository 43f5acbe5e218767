"""Notifies systemd that a service is ready, alive or stopping: sd_notify(3), one datagram."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator

log = logging.getLogger(__name__)


def notify(state: str) -> None:
    """Send a state such as `READY=1`, if systemd listens. Never wait: a manager that reads nothing must not stop a service."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.connect(address)
        sender.settimeout(0)
        try:
            sender.send(state.encode())
        except BlockingIOError:
            log.warning("systemd does not read notifications: %s was not sent", state)


def watchdog_interval_s() -> float | None:
    """Return the interval of watchdog notifications (half of WatchdogSec), or None without a watchdog."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2e6 if usec.isdigit() and int(usec) else None


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Notify the watchdog as long as the event loop turns: enough for a service whose only work is to answer."""
    feeding = asyncio.create_task(_feed(), name="watchdog")
    try:
        yield
    finally:
        feeding.cancel()


async def _feed() -> None:
    every_s = watchdog_interval_s()
    while every_s is not None:
        notify("WATCHDOG=1")
        await asyncio.sleep(every_s)
