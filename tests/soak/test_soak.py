"""A soak of some seconds. The half hour: `python -m tests.soak`."""

from pathlib import Path

import pytest

from tests.soak.__main__ import summary_of
from tests.soak.rig import NAMES
from tests.soak.sites import STEADY
from tests.soak.soak import soak

pytestmark = pytest.mark.system

SEED = 27
"""A gateway is killed while sizes are false."""


async def test_a_short_soak_under_a_fault_and_an_attack_loses_nothing_and_nothing_ends(tmp_path: Path) -> None:
    said: list[str] = []
    found = await soak(tmp_path, minutes=0.3, seed=SEED, devices=40, store="influxdb", say=said.append)
    lost = (found.lost, found.doubled, found.misdated, found.wrong_values, found.in_gaps[STEADY.operator])
    assert lost == (0, 0, 0, 0, 0), f"{summary_of(found)}\n{said}"
    assert found.readings > 100
    assert found.faults
    assert found.attacks
    assert {one.name: one.restarts for one in found.processes} == dict.fromkeys(
        ("broker", "store", "worker-1", "worker-2", "page", *NAMES.values()), 0
    )
