"""Each fault once; `python -m tests.faults --all` injects each a hundred times."""

import pytest

from tests.faults.__main__ import run
from tests.faults.catalogue import FAULTS, GATEWAY_DIES, SAMPLE_OF_CLOCK_STEPS
from tests.faults.rig import Outcome

pytestmark = pytest.mark.system
_MORE = {"card that rots": 3}
"""Faults that need several trials for their effect to be seen."""
NAMES = [name for name in FAULTS if not name.startswith("clock step of")]


@pytest.mark.parametrize("name", [*NAMES, *SAMPLE_OF_CLOCK_STEPS])
async def test_no_reading_is_lost_doubled_or_misdated_outside_recorded_gaps(name: str) -> None:
    judge(await run(name, _MORE.get(name, 1), seed=11))


async def test_no_reading_is_lost_doubled_or_misdated_if_every_part_of_the_gateway_reads_a_clock_that_steps() -> None:
    judge(await run("clock step of 1 day and never synchronised", 1, seed=11, under_faketime=True))


def judge(found: Outcome) -> None:
    assert (found.lost, found.duplicated, found.misdated) == (0, 0, 0), found
    assert found.readings > 5
    if found.name not in GATEWAY_DIES:
        assert found.recorded_as_gap == 0
