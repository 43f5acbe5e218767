"""The machine's clocks."""

import time
from pathlib import Path

from gateway.host import clock


def test_the_time_of_day_is_that_of_the_machine() -> None:
    before_ms = time.time_ns() // 1_000_000
    now_ms, day_ms = clock.now_ms(), clock.day_ms()
    assert before_ms <= now_ms <= day_ms <= time.time() * 1000 + 1


def test_the_time_since_boot_never_falls() -> None:
    first_ms = clock.up_ms()
    assert first_ms <= clock.up_ms() <= time.monotonic() * 1000 + 1


def test_the_kernel_says_whether_it_is_synchronised_and_which_boot_this_is() -> None:
    assert clock.is_synchronised() in (True, False)
    file = Path("/proc/sys/kernel/random/boot_id")
    assert clock.boot_id() == (file.read_text().strip() if file.exists() else "")


def test_a_battery_backed_clock_is_near_the_time_of_day_or_absent() -> None:
    rtc_ms = clock.rtc_ms()
    assert rtc_ms is None or rtc_ms % 1000 == 0
