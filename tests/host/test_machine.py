"""The state of the machine."""

import os
from pathlib import Path

from gateway.host.machine import cpu_temperature, free_share, hardware_number


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
