"""Facts from files of the kernel and of the system, below a root: power, clocks, memory, disks, logs, watchdog."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.doctor.rules.clocks import ClockFacts, ZoneFacts
from gateway.doctor.rules.power import PowerFacts
from gateway.doctor.rules.storage import LogFacts, MemoryFacts, RoomFacts, WearFacts
from gateway.doctor.rules.system import WatchdogFacts
from gateway.host import clock
from gateway.host.machine import cpu_temperature, throttle_bits

_MOST_CHARACTERS = 65_536
_SECTOR = 512
"""The unit of /sys/block/*/stat, whatever the disk's own sectors are (Linux, block/stat.rst)."""

_TIME_SERVICES = {"systemd-timesyn": "systemd-timesyncd", "chronyd": "chrony", "ntpd": "ntpd", "ptp4l": "ptp4l"}
"""Programs that set the clock, by the name of their process, which the kernel cuts off after 15 characters."""

_TIME_FOLDERS = {"run/systemd/timesync": "systemd-timesyncd", "run/chrony": "chrony"}
"""Folders that two of them have while they run: a service with ProtectProc sees no processes of others."""

COMMAND_S = 5.0


def text_of(path: Path) -> str | None:
    """Return the text of a small file without white space around it; None if it can't be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_CHARACTERS).strip("\0 \n")
    except (OSError, ValueError):
        return None


def number_of(text: str | None, base: int = 10) -> int | None:
    """Return the number that a text is; None if it is none."""
    try:
        return int(text or "", base)
    except ValueError:
        return None


def output_of(*command: str) -> str | None:
    """Return what a program prints; None if it is missing, fails, or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def power(root: Path) -> PowerFacts:
    """Return how power and temperature are."""
    pi = (text_of(root / "proc/device-tree/model") or "").startswith("Raspberry Pi")
    bits = throttle_bits(root)
    if pi and bits is None:
        bits = number_of((output_of("vcgencmd", "get_throttled") or "").strip().removeprefix("throttled="), 16)
    return PowerFacts(pi, bits, cpu_temperature(root))


def clocks(root: Path) -> ClockFacts:
    """Return how the clocks are."""
    names = {text_of(file) for file in root.glob("proc/[0-9]*/comm")}
    services = {service for process, service in _TIME_SERVICES.items() if process in names}
    services |= {service for folder, service in _TIME_FOLDERS.items() if (root / folder).is_dir()}
    return ClockFacts(clock.is_synchronised(), clock.now_ms(), clock.rtc_below(str(root)), tuple(sorted(services)))


def zones(root: Path, site: str | None) -> ZoneFacts:
    """Return the time zones."""
    local = root / "etc/localtime"
    machine = text_of(root / "etc/timezone") or (local.resolve().name if local.exists() else None)
    if local.is_symlink() and local.exists():
        machine = str(local.readlink()).rpartition("zoneinfo/")[2]
    try:
        known = site is not None and bool(ZoneInfo(site))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    return ZoneFacts(machine, site, known)


def memory(root: Path) -> MemoryFacts | None:
    """Return how much memory is free (proc_meminfo(5))."""
    rows = (line.split() for line in (text_of(root / "proc/meminfo") or "").splitlines())
    sizes = {row[0]: number_of(row[1]) for row in rows if len(row) > 1}
    available, size = sizes.get("MemAvailable:"), sizes.get("MemTotal:")
    return None if available is None or size is None else MemoryFacts(1024 * available, 1024 * size)


def room(folder: Path) -> RoomFacts | None:
    """Return how much room the file system of a folder has, or of the nearest folder above it that exists."""
    there = existing(folder)
    try:
        found = os.statvfs(there)
    except OSError:
        return None
    inodes = found.f_favail / found.f_files if found.f_files else 1.0
    return RoomFacts(str(there), found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize, inodes)


def wear(root: Path, device: int) -> WearFacts | None:
    """Return how worn the disk with this device number is, and how much was written to it (Linux, block/stat.rst, mmc-dev-attrs.rst)."""
    node = (root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
    disk = node.parent if (node / "partition").exists() else node
    if not (disk / "stat").exists():
        return None
    counts = (text_of(disk / "stat") or "").split()
    sectors = number_of(counts[6]) if len(counts) > 6 else None
    life = [number_of(one, 16) for one in (text_of(disk / "device/life_time") or "").split()]
    up = (text_of(root / "proc/uptime") or "0").split()[0]
    return WearFacts(
        disk.name,
        max((one for one in life if one is not None), default=None),
        None if sectors is None else _SECTOR * sectors,
        float(up) if up.replace(".", "", 1).isdigit() else 0.0,
    )


def logs(root: Path) -> LogFacts | None:
    """Return where journald keeps its log. Drop-in files count in the order of their names (journald.conf(5))."""
    folders = [root / place / "systemd" for place in ("usr/lib", "run", "etc")]
    main = root / "etc/systemd/journald.conf"
    if not main.exists() and not any((folder / "journald.conf").exists() for folder in folders):
        return None
    dropped = {file.name: file for folder in folders for file in folder.glob("journald.conf.d/*.conf")}
    settings: dict[str, str] = {}
    for file in (main, *(dropped[name] for name in sorted(dropped))):
        settings |= dict(_settings(text_of(file) or ""))
    return LogFacts(settings.get("Storage", "auto"), (root / "var/log/journal").is_dir(), bool(settings.get("SystemMaxUse")))


def _settings(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith(("#", ";")):
            yield key.strip(), value.strip()


def watchdog(root: Path) -> WatchdogFacts | None:
    """Return how the hardware watchdog is set (Linux, ABI/testing/sysfs-class-watchdog)."""
    device = root / "sys/class/watchdog/watchdog0"
    if not device.exists():
        return None
    armed = text_of(device / "state") == "active"
    return WatchdogFacts(armed, number_of(text_of(device / "timeout")) or 0, number_of(text_of(device / "bootstatus")))


def entropy(random: Callable[[int, int], bytes] = os.getrandom) -> bool | None:
    """Return whether the kernel has random numbers; None if it does not say."""
    try:
        random(1, os.GRND_NONBLOCK)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def existing(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    return next((one for one in (folder, *folder.absolute().parents) if one.exists()), Path("/"))
