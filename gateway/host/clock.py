"""The machine's clocks, and whether the time of day can be trusted."""

import ctypes
import time

_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""

_libc = ctypes.CDLL(None, use_errno=True)


def now_ms() -> int:
    """Return the time of day in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def is_synchronised() -> bool:
    """Return whether the kernel's clock is synchronised (adjtimex without a change)."""
    # struct timex is 208 bytes on 64-bit and 128 on 32-bit Linux; `modes` of 0 requests no change.
    return int(_libc.adjtimex(ctypes.create_string_buffer(256))) not in (-1, _TIME_ERROR)


def boot_id() -> str:
    """Return the kernel's id of this boot, or an empty string if there is none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 — not a path of ours
            return file.read().strip()
    except OSError:
        return ""


def day_ms() -> float:
    """Return the time of day like `now_ms`, with fractions of a millisecond."""
    return time.time_ns() / 1e6


def up_ms() -> float:
    """Return the milliseconds since boot, with fractions. Setting the clock does not change it."""
    return time.monotonic_ns() / 1e6


def rtc_ms() -> int | None:
    """Return the time of day of the battery-backed clock, or None on machines without one."""
    return rtc_below("/")


def rtc_below(root: str) -> int | None:
    """Return the time of day of the battery-backed clock of the system below a root, or None on machines without one."""
    try:
        with open(f"{root}/sys/class/rtc/rtc0/since_epoch", encoding="ascii") as file:  # noqa: PTH123 — not a path of ours
            return 1000 * int(file.read())
    except (OSError, ValueError):
        return None
