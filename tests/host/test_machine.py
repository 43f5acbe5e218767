"""The state of the machine."""

import os
from pathlib import Path

from gateway.host.machine import cpu_temperature, free_share


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
