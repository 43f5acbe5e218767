"""Facts about the serial ports of a site's lines."""

import fcntl
import grp
import os
import pwd
import stat
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gateway.doctor.probes.kernel import number_of, text_of
from gateway.doctor.rules.ports import PortFacts
from gateway.fieldbus.wire.serial_port import port_path
from gateway.host.checks.files import own_user
from gateway.model.site.lines import LineSettings

SERVICE_USER = "street-gateway"

_TIOCGRS485 = 0x542E
_RS485_BYTES, _RS485_ENABLED = 64, 1
"""More than the size of struct serial_rs485, and its flag SER_RS485_ENABLED (linux/serial.h)."""

_LOOSE = ("ttyUSB", "ttyACM")
"""Names that the kernel gives in the order in which adapters appear."""


def service_user() -> str:
    """Return as whom the gateway runs: the user of the service if root asks, else the one who asks."""
    if os.geteuid() != 0:
        return own_user()
    try:
        return pwd.getpwnam(SERVICE_USER).pw_name
    except KeyError:
        return own_user()


def ports(root: Path, lines: Sequence[LineSettings], user: str) -> list[PortFacts]:
    """Return the serial ports of lines."""
    return [_port(root, line, line.serial, user) for line in lines if line.serial is not None]


def _port(root: Path, line: LineSettings, named: str, user: str) -> PortFacts:
    try:
        path = Path(port_path(named))
        path.stat()
    except OSError as error:
        return PortFacts(line.id, named, error.strerror or str(error), may_use=False, stable=True, latency_ms=None, direction=None)
    latency = text_of(root / "sys/bus/usb-serial/devices" / path.resolve().name / "latency_timer")
    return PortFacts(
        line.id,
        named,
        None,
        may_use=may_use(path, user),
        stable=not Path(named).name.startswith(_LOOSE),
        latency_ms=number_of(latency),
        direction=_direction(path) if line.rs485 is not None else None,
    )


def may_use(path: Path, user: str) -> bool:
    """Return whether a user may read and write a file, by its owner, group and mode."""
    try:
        found, account = path.stat(), pwd.getpwnam(user)
    except (OSError, KeyError):
        return False
    if account.pw_uid == 0:
        return True
    groups = {account.pw_gid, *(group.gr_gid for group in grp.getgrall() if user in group.gr_mem)}
    if found.st_uid == account.pw_uid:
        wanted = stat.S_IRUSR | stat.S_IWUSR
    elif found.st_gid in groups:
        wanted = stat.S_IRGRP | stat.S_IWGRP
    else:
        wanted = stat.S_IROTH | stat.S_IWOTH
    return found.st_mode & wanted == wanted


def _direction(path: Path) -> Literal["on", "off", "unable", "unknown"]:
    """Return whether the driver of a port controls the transceiver (Linux, driver-api/serial/serial-rs485.rst)."""
    try:
        port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return "unknown"  # the gateway has it for itself
    try:
        flags = struct.unpack_from("I", fcntl.ioctl(port, _TIOCGRS485, bytes(_RS485_BYTES)))[0]
    except OSError:
        return "unable"
    finally:
        os.close(port)
    return "on" if flags & _RS485_ENABLED else "off"
