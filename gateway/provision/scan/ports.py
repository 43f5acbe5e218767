"""The serial ports of this machine."""

from pathlib import Path
from typing import NamedTuple

from serial.tools import list_ports

from gateway.fieldbus.wire.serial_port import port_path

_TERMINALS = ("/dev/tty", "/dev/pts/")

BY_PATH = Path("/dev/serial/by-path")
"""Has a link to each port, named after the socket that its adapter is plugged into (udev)."""


class SerialPort(NamedTuple):
    """A serial port: its device file, its path by the socket, and what its adapter says about itself."""

    path: str
    stable: str | None
    description: str
    serial_number: str | None


def serial_ports(by_path: Path = BY_PATH) -> list[SerialPort]:
    """Return the serial ports of this machine, in order."""
    links = {str(link.resolve()): str(link) for link in sorted(by_path.glob("*"), reverse=True)}
    return sorted(
        SerialPort(port.device, links.get(str(Path(port.device).resolve())), port.description or "", port.serial_number)
        for port in list_ports.comports()
    )


def real_port(name: str) -> str:
    """Return the device file of a port that may be named by a link or by `usb:`; the name itself if there is no such port."""
    try:
        return str(Path(port_path(name)).resolve())
    except OSError:
        return name


def is_port(name: str) -> bool:
    """Return whether a name is that of a serial port, present or not: merely opening another device can do harm, such as a watchdog's."""
    return name.startswith("usb:") or real_port(name).startswith(_TERMINALS)
