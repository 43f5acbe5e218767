"""Disk, wear, writes, the system's log, memory."""

import pytest

from gateway.doctor.rules.storage import (
    LogFacts,
    MemoryFacts,
    RoomFacts,
    WearFacts,
    disk,
    disk_wear,
    disk_writes,
    logs,
    memory,
)  # fmt: skip

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("free", "inodes", "state"),
    [(5 * GB, 1.0, "ok"), (GB // 2, 1.0, "warning"), (GB // 10, 1.0, "failed"), (5 * GB, 0.05, "warning"), (5 * GB, 0.0, "failed")],
)
def test_a_disk_needs_room_for_data_and_for_files(free: int, inodes: float, state: str) -> None:
    assert disk(RoomFacts("/var/lib", free, 8 * GB, inodes)).state == state


def test_a_disk_that_does_not_say_is_unknown() -> None:
    assert disk(None).state == disk_writes(None).state == "unknown"
    assert disk_wear(None).state == "not applicable"


@pytest.mark.parametrize(
    ("life", "state"),
    [(1, "ok"), (7, "ok"), (8, "warning"), (9, "warning"), (10, "failed"), (11, "failed"), (0, "unknown"), (None, "not applicable")],
)
def test_an_emmc_says_how_much_of_its_life_is_used(life: int | None, state: str) -> None:
    assert disk_wear(WearFacts("mmcblk0", life, 0, 0.0)).state == state


@pytest.mark.parametrize(
    ("written", "up_s", "state"),
    [(GB, 86_400, "ok"), (6 * GB, 86_400, "warning"), (6 * GB, 2 * 86_400, "ok"), (6 * GB, 600, "unknown"), (None, 86_400, "unknown")],
)
def test_a_card_is_worn_by_what_is_written_a_day(written: int | None, up_s: float, state: str) -> None:
    assert disk_writes(WearFacts("mmcblk0", None, written, up_s)).state == state


@pytest.mark.parametrize(
    ("storage", "on_disk", "limited", "state"),
    [("volatile", True, False, "ok"), ("auto", False, False, "ok"), ("auto", True, False, "warning"), ("persistent", False, False, "warning"), ("persistent", True, True, "ok"), ("none", True, False, "ok")],
)  # fmt: skip
def test_the_systems_log_is_in_memory_or_limited(storage: str, on_disk: bool, limited: bool, state: str) -> None:
    assert logs(LogFacts(storage, on_disk, limited)).state == state


def test_a_machine_without_journald_has_no_log_to_limit() -> None:
    assert logs(None).state == "not applicable"


@pytest.mark.parametrize(("available", "state"), [(500, "ok"), (100, "warning"), (20, "failed")])
def test_memory_has_to_be_free(available: int, state: str) -> None:
    assert memory(MemoryFacts(available, 1000)).state == state
    assert memory(None).state == "unknown"
