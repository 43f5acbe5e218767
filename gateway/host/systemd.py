"""Notifies systemd that a service is ready, alive or stopping: sd_notify(3), one datagram."""

import os
import socket


def notify(state: str) -> None:
    """Send a state such as `READY=1`, if systemd listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.connect(address)
        sender.sendall(state.encode())


def watchdog_interval_s() -> float | None:
    """Return the interval of watchdog notifications (half of WatchdogSec), or None without a watchdog."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2e6 if usec.isdigit() and int(usec) else None
