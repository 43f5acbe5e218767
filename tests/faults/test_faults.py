"""Each fault a few times, in every run of the tests; `python -m tests.faults --all` does it a hundred times."""

import pytest

from tests.faults.__main__ import run
from tests.faults.faults import FAULTS, GATEWAY_DIES

pytestmark = pytest.mark.system
TRIALS = 3


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_is_lost_doubled_or_misdated_that_no_gap_accounts_for(name: str) -> None:
    found = await run(name, TRIALS, seed=11)
    assert (found.lost, found.duplicated, found.misdated) == (0, 0, 0), found
    assert found.readings > 20
    if name not in GATEWAY_DIES:
        assert found.recorded_as_gap == 0
