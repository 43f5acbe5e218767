"""Each fault a few times; `python -m tests.faults --all` injects each a hundred times."""

import pytest

from tests.faults.__main__ import run
from tests.faults.catalogue import FAULTS, GATEWAY_DIES, SAMPLE_OF_CLOCK_STEPS

pytestmark = pytest.mark.system
TRIALS = 3
NAMES = [name for name in FAULTS if not name.startswith("clock step of")]


@pytest.mark.parametrize("name", [*NAMES, *SAMPLE_OF_CLOCK_STEPS])
async def test_no_reading_is_lost_doubled_or_misdated_outside_recorded_gaps(name: str) -> None:
    found = await run(name, TRIALS if name in NAMES else 2, seed=11)
    assert (found.lost, found.duplicated, found.misdated) == (0, 0, 0), found
    assert found.readings > 20
    if name not in GATEWAY_DIES:
        assert found.recorded_as_gap == 0
