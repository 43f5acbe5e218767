"""Facts from files of the kernel and the system, below a folder that stands for the root."""

import os
from pathlib import Path

import pytest

from gateway.doctor.probes import kernel
from gateway.doctor.rules.storage import LogFacts, MemoryFacts, WearFacts
from gateway.doctor.rules.system import WatchdogFacts


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


PI = {"proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0", "sys/class/thermal/thermal_zone0/temp": "48312\n"}


def test_a_pi_says_its_power_in_sys(tmp_path: Path) -> None:
    found = kernel.power(write(tmp_path, PI | {"sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n"}))
    assert found == (True, 0x50005, 48.312)


def test_or_by_vcgencmd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "vcgencmd", '[ "$1" = get_throttled ] && echo throttled=0x20000')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert kernel.power(write(tmp_path, PI)).throttled == 0x20000


@pytest.mark.parametrize("script", ["echo VCHI initialization failed; exit 255", "echo nonsense"])
def test_a_vcgencmd_that_does_not_work_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program(tmp_path / "bin", "vcgencmd", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert kernel.power(write(tmp_path, PI)).throttled is None


def test_another_machine_says_nothing_of_its_power(tmp_path: Path) -> None:
    assert kernel.power(tmp_path) == (False, None, None)


def test_a_command_that_hangs_or_is_missing_has_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "COMMAND_S", 0.05)
    assert kernel.output_of("sleep", "60") is None
    assert kernel.output_of("no-such-program") is None


def test_the_programs_that_set_the_clock_are_found_by_their_processes(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/1/comm": "systemd\n",
            "proc/88/comm": "systemd-timesyn\n",
            "proc/99/comm": "chronyd\n",
            "sys/class/rtc/rtc0/since_epoch": "1790000000\n",
        },
    )
    found = kernel.clocks(root)
    assert found.services == ("chrony", "systemd-timesyncd")
    assert found.rtc_ms == 1_790_000_000_000
    assert kernel.clocks(tmp_path / "nothing")[2:] == (None, ())


def test_or_by_their_folders_where_processes_of_others_are_hidden(tmp_path: Path) -> None:
    assert kernel.clocks(write(tmp_path, {"run/systemd/timesync/synchronized": ""})).services == ("systemd-timesyncd",)


def test_the_time_zone_is_where_localtime_leads(tmp_path: Path) -> None:
    root = write(tmp_path, {"usr/share/zoneinfo/Europe/Rome": "TZif2"})
    (root / "etc").mkdir()
    assert kernel.zones(root, "Europe/Nowhere") == (None, "Europe/Nowhere", False)
    (root / "etc/localtime").symlink_to(root / "usr/share/zoneinfo/Europe/Rome")
    assert kernel.zones(root, "Europe/Rome") == ("Europe/Rome", "Europe/Rome", True)
    (root / "usr/share/zoneinfo/Europe/Rome").unlink()
    assert kernel.zones(root, None).machine is None, "the link leads nowhere"
    assert kernel.zones(write(tmp_path, {"etc/timezone": "Etc/UTC\n"}), "../../etc/passwd") == ("Etc/UTC", "../../etc/passwd", False)


def test_memory_is_read_from_meminfo(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/meminfo": "MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:     400 kB\n"})
    assert kernel.memory(root) == MemoryFacts(400 * 1024, 1000 * 1024)
    assert kernel.memory(write(tmp_path, {"proc/meminfo": "nonsense\n"})) is None


def test_the_room_of_a_folder_that_does_not_exist_yet_is_that_of_the_one_above(tmp_path: Path) -> None:
    found = kernel.room(tmp_path / "a" / "b")
    assert found is not None
    assert found.folder == str(tmp_path)
    assert 0 < found.free_bytes <= found.size_bytes
    assert 0 < found.free_inodes <= 1


def test_the_wear_of_a_partition_is_that_of_its_disk(tmp_path: Path) -> None:
    disk = "sys/devices/mmc0/block/mmcblk0"
    root = write(tmp_path, {f"{disk}/stat": "1 2 3 4 5 6 2000000 8\n", f"{disk}/device/life_time": "0x01 0x03\n", f"{disk}/mmcblk0p2/partition": "2\n", "proc/uptime": "86400.50 1.0\n"})  # fmt: skip
    (root / "sys/dev/block").mkdir(parents=True)
    (root / "sys/dev/block/179:2").symlink_to(root / disk / "mmcblk0p2")
    assert kernel.wear(root, os.makedev(179, 2)) == WearFacts("mmcblk0", 3, 1_024_000_000, 86400.5)
    assert kernel.wear(root, os.makedev(7, 1)) is None, "no disk, like a tmpfs"


def test_a_card_that_says_nothing_has_no_wear(tmp_path: Path) -> None:
    root = write(tmp_path, {"sys/dev/block/179:0/stat": "1 2\n"})
    assert kernel.wear(root, os.makedev(179, 0)) == WearFacts("179:0", None, None, 0.0)


def test_the_last_drop_in_file_of_journald_decides(tmp_path: Path) -> None:
    assert kernel.logs(tmp_path) is None
    root = write(tmp_path, {"etc/systemd/journald.conf": "[Journal]\n#Storage=none\n"})
    assert kernel.logs(root) == LogFacts("auto", on_disk=False, limited=False)
    write(root, {"usr/lib/systemd/journald.conf.d/10-pi.conf": "[Journal]\nStorage=volatile\n", "var/log/journal/x": ""})
    assert kernel.logs(root) == LogFacts("volatile", on_disk=True, limited=False)
    write(root, {"etc/systemd/journald.conf.d/20-site.conf": "[Journal]\nStorage=persistent\nSystemMaxUse=64M\n"})
    assert kernel.logs(root) == LogFacts("persistent", on_disk=True, limited=True)


def test_the_hardware_watchdog_is_read_from_sys(tmp_path: Path) -> None:
    assert kernel.watchdog(tmp_path) is None
    device = "sys/class/watchdog/watchdog0"
    root = write(tmp_path, {f"{device}/state": "active\n", f"{device}/timeout": "15\n", f"{device}/bootstatus": "32\n"})
    assert kernel.watchdog(root) == WatchdogFacts(True, 15, 0x20)
    assert kernel.watchdog(write(root, {f"{device}/state": "inactive\n"})) == WatchdogFacts(False, 15, 0x20)


def test_random_numbers_are_there_or_not_or_not_known() -> None:
    def fails(error: OSError) -> bytes:
        raise error

    assert kernel.entropy() is True
    assert kernel.entropy(lambda _size, _flags: fails(BlockingIOError())) is False
    assert kernel.entropy(lambda _size, _flags: fails(OSError())) is None


def test_a_file_that_is_huge_binary_or_a_folder_is_no_danger(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"\xff" * 1_000_000)
    assert len(kernel.text_of(tmp_path / "huge") or "") == 65_536
    assert kernel.text_of(tmp_path) is None
    assert kernel.number_of("0x", 16) is None
