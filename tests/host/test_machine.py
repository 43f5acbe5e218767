"""The state of the machine."""

import os
from pathlib import Path

import pytest

from gateway.host import machine
from gateway.host.machine import cpu_temperature, free_share, hardware_number, release_free_memory, throttle_bits


def test_the_free_share_is_that_of_the_file_system(tmp_path: Path) -> None:
    share, found = free_share(tmp_path), os.statvfs(tmp_path)
    assert share is not None
    assert 0 <= share <= 1
    assert abs(share - found.f_bavail / found.f_blocks) < 0.05


def test_the_free_share_of_an_unknown_path_is_unknown(tmp_path: Path) -> None:
    assert free_share(tmp_path / "missing") is None


def test_a_temperature_is_in_degrees_celsius_or_unknown() -> None:
    found = cpu_temperature()
    assert found is None or -50 < found < 150


def test_what_the_firmware_says_about_power_is_a_number_or_unknown(tmp_path: Path) -> None:
    assert throttle_bits(tmp_path) is None
    file = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    file.parent.mkdir(parents=True)
    file.write_text("50005\n")
    assert throttle_bits(tmp_path) == 0x50005
    file.write_text("junk")
    assert throttle_bits(tmp_path) is None


def test_the_number_of_the_hardware_is_the_serial_number_of_a_pi_or_the_address_of_an_adapter(tmp_path: Path) -> None:
    assert hardware_number(tmp_path) is None
    for name, real in (("eth0", True), ("docker0", False)):
        adapter = tmp_path / "class/net" / name
        adapter.mkdir(parents=True)
        (adapter / "address").write_text(f"b8:27:eb:00:11:2{'2' if real else '3'}\n")
        if real:
            (adapter / "device").mkdir()
    assert hardware_number(tmp_path) == "b827eb001122"
    (tmp_path / "firmware/devicetree/base").mkdir(parents=True)
    (tmp_path / "firmware/devicetree/base/serial-number").write_bytes(b"10000000a1b2c3d4\0")
    assert hardware_number(tmp_path) == "10000000a1b2c3d4"


def held_mib() -> float:
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def test_freed_memory_between_blocks_in_use_goes_back_to_the_kernel() -> None:
    blocks = [bytes([1]) * 4096 for _ in range(16_000)]
    in_use = blocks[::16]
    del blocks
    before_mib = held_mib()
    release_free_memory()
    assert held_mib() < before_mib - 30
    assert set(map(len, in_use)) == {4096}


def test_a_c_library_that_cannot_do_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_malloc_trim", None)
    release_free_memory()
