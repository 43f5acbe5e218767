"""What is scanned: a serial port or a TCP endpoint, and its line in a site file. Pure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.model.site.lines import LineSettings

MODBUS_TCP_PORT = 502
"""Registered with IANA for Modbus."""


class ScanTarget(NamedTuple):
    """A serial port (a path, or `usb:` and the serial number of an adapter), or a host and a TCP port.

    With `rtu`, a serial device server passes Modbus RTU there, and instruments without Modbus; otherwise, it speaks Modbus TCP.
    """

    serial: str | None
    host: str
    port: int
    rtu: bool = False

    @property
    def text(self) -> str:
        """The target as people write it."""
        return self.serial or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")


def target_of(text: str, *, rtu: bool = False) -> ScanTarget:
    """Return what a text names; a path begins with `/` or `./`. With `rtu`, it is a serial device server.

    Raises:
        ValueError: it names nothing that can be scanned.
    """
    if text.startswith(("/", "./", "usb:")):
        if rtu:
            raise ValueError(f"'{text}' is a serial port, and not HOST:PORT of a serial device server; leave out --rtu-over-tcp")
        return ScanTarget(text, "", 0)
    has_port = text.count(":") == 1 or (text.startswith("[") and "]:" in text)
    host, _, port = text.rpartition(":") if has_port else (text, "", "")
    if not host.strip("[]") or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise ValueError(f"'{text}' is no port or host; write a path (/dev/ttyUSB0), usb: and a serial number, or HOST[:PORT]")
    if rtu and not port:
        raise ValueError(f"'{text}' has no port; a serial device server has no usual one: write HOST:PORT")
    return ScanTarget(None, host.strip("[]"), int(port) if port else MODBUS_TCP_PORT, rtu)


def line_of(target: ScanTarget, lines: Sequence[LineSettings], real_port: Callable[[str], str] = str) -> LineSettings | None:
    """Return the line of a site file that is scanned; None if the file has no such line. Ports with the same `real_port` are the same."""
    if target.serial is not None:
        port = real_port(target.serial)
        return next((line for line in lines if line.serial is not None and real_port(line.serial) == port), None)
    return next((line for line in lines if target in (_endpoint(line.tcp), _endpoint(line.rtu_over_tcp, rtu=True))), None)


def target_of_line(line: LineSettings) -> ScanTarget:
    """Return the port or endpoint of a line of a site file."""
    if line.serial is not None:
        return ScanTarget(line.serial, "", 0)
    return target_of(line.tcp or line.rtu_over_tcp or "", rtu=line.tcp is None)


def _endpoint(text: str | None, *, rtu: bool = False) -> ScanTarget | None:
    return target_of(text, rtu=rtu) if text else None


def units_of(text: str) -> list[int]:
    """Return the addresses that a text names, such as `1-32,45`.

    Raises:
        ValueError: it names none, or others than 1 to 255.
    """
    units: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"invalid units '{part.strip()}'; write for example 1-32,45")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= 255:
            raise ValueError(f"invalid units '{part.strip()}'; addresses are 1 to 247 (devices use up to 255)")
        units.update(range(low, high + 1))
    return sorted(units)
