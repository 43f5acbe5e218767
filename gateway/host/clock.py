"""The machine's clock, and whether it can be trusted."""

import ctypes
import time

_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""

_libc = ctypes.CDLL(None, use_errno=True)


def now_ms() -> int:
    """Give the time of day in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def is_synchronised() -> bool:
    """Tell whether the kernel says that its clock is synchronised (adjtimex with no change asked for)."""
    # struct timex is 208 bytes on 64-bit and 128 on 32-bit Linux; zeroed, its `modes` asks for no change.
    return int(_libc.adjtimex(ctypes.create_string_buffer(256))) not in (-1, _TIME_ERROR)


def boot_id() -> str:
    """Give the kernel's id of this boot; empty where it has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 — not a path of ours
            return file.read().strip()
    except OSError:
        return ""


def day_ms() -> float:
    """Give the time of day like `now_ms`, and the part of a millisecond too."""
    return time.time_ns() / 1e6


def up_ms() -> float:
    """Give the milliseconds since boot, and the part of one, which no setting of the clock changes."""
    return time.monotonic_ns() / 1e6


def rtc_ms() -> int | None:
    """Give the time of day by the clock that has a battery; None on machines without one."""
    try:
        with open("/sys/class/rtc/rtc0/since_epoch", encoding="ascii") as file:  # noqa: PTH123 — not a path of ours
            return 1000 * int(file.read())
    except (OSError, ValueError):
        return None
