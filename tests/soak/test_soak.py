"""A soak of some seconds. The half hour: `python -m tests.soak`."""

from pathlib import Path

import pytest

from tests.soak.__main__ import summary_of
from tests.soak.soak import soak

pytestmark = pytest.mark.system


async def test_a_short_soak_under_a_fault_and_an_attack_loses_nothing_and_nothing_ends(tmp_path: Path) -> None:
    said: list[str] = []
    found = await soak(tmp_path, minutes=0.3, seed=14, devices=40, store="influxdb", say=said.append)
    assert found.wrong == [], f"{summary_of(found)}\n{said}"
    assert (found.lost, found.doubled, found.misdated, found.wrong_values) == (0, 0, 0, 0)
    assert found.readings > 100
    assert found.faults
    assert found.attacks
    assert {one.name for one in found.processes} >= {"broker", "store", "worker-1", "worker-2", "page"}
