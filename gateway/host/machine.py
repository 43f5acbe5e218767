"""The machine: its name, its state, its memory."""

import contextlib
import ctypes
import os
import socket
from collections.abc import Callable
from pathlib import Path

from gateway.host.files import user_name


def host_name() -> str:
    """Return the name of the machine."""
    return socket.gethostname()


def person() -> str:
    """Return who runs this process, as records name them: the user, also behind sudo, and the machine."""
    return f"{os.environ.get('SUDO_USER') or user_name(os.geteuid())}@{host_name()}"


def hardware_number(system: Path = Path("/sys")) -> str | None:
    """Return a number of the machine that a copy of its disk does not have: a Pi's serial number, else the first network adapter's address.

    None if there is neither. (Devicetree specification 0.4, section 3.2; Linux, Documentation/ABI/testing/sysfs-class-net.)
    """
    with contextlib.suppress(OSError):
        return (system / "firmware/devicetree/base/serial-number").read_text(encoding="ascii", errors="replace").strip("\0\n ") or None
    for adapter in sorted((system / "class/net").glob("*")):
        with contextlib.suppress(OSError):
            if (adapter / "device").exists():
                return (adapter / "address").read_text(encoding="ascii", errors="replace").strip().replace(":", "") or None
    return None


def cpu_temperature(root: Path = Path("/")) -> float | None:
    """Return the processor's temperature in degrees Celsius, or None if it is unknown (Linux, driver-api/thermal/sysfs-api.rst)."""
    try:
        return int((root / "sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None


def throttle_bits(root: Path = Path("/")) -> int | None:
    """Return what the firmware of a Raspberry Pi says about its power, or None if it is unknown.

    Bit 0: undervoltage; 1 to 3: frequency capped, throttled, soft temperature limit; 16 to 19: the same since boot
    (raspberrypi.com/documentation/computers/os.html#get_throttled).
    """
    try:
        return int((root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text(encoding="ascii"), 16)
    except (OSError, ValueError):
        return None


def free_share(path: Path) -> float | None:
    """Return the free share of the file system of a path, from 0 to 1, or None if it is unknown."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return found.f_bavail / found.f_blocks if found.f_blocks else None


def _find_malloc_trim() -> Callable[[int], int] | None:
    """Return `malloc_trim`, which glibc has (malloc_trim(3)) and musl has not."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


_malloc_trim = _find_malloc_trim()


def release_free_memory() -> None:
    """Return freed memory to the kernel, from between blocks in use, too. Takes milliseconds, in which other threads go on."""
    if _malloc_trim is not None:
        _malloc_trim(0)
