"""What a machine tells of itself."""

import os
from pathlib import Path


def cpu_temperature() -> float | None:
    """Give the processor's temperature in degrees Celsius; None where none is told (Linux, driver-api/thermal/sysfs-api.rst)."""
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None


def free_share(path: Path) -> float | None:
    """Give what is free of the file system that a path is on, from 0 to 1; None where that can't be told."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return found.f_bavail / found.f_blocks if found.f_blocks else None
