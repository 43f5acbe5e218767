"""The machine: its name and its state."""

import os
import socket
from pathlib import Path


def host_name() -> str:
    """Return the name of the machine."""
    return socket.gethostname()


def cpu_temperature(root: Path = Path("/")) -> float | None:
    """Return the processor's temperature in degrees Celsius, or None if it is unknown (Linux, driver-api/thermal/sysfs-api.rst)."""
    try:
        return int((root / "sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None


def free_share(path: Path) -> float | None:
    """Return the free share of the file system of a path, from 0 to 1, or None if it is unknown."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return found.f_bavail / found.f_blocks if found.f_blocks else None
