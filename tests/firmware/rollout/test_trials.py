"""A share of the trials of `python -m tests.firmware.rollout`: a centre that is killed while it rolls out, with a dead device."""

import pytest

from tests.firmware.rollout.trials import Size, killed_centre

pytestmark = pytest.mark.system


async def test_a_centre_that_is_killed_goes_on_and_flashes_no_device_twice() -> None:
    short = ("--settle", "10s", "--watch", "15s", "--waves", "100")
    found = await killed_centre(Size(2, 2, 2), kills=1, flash_s=2.0, terms=short)
    assert found.faults == []
    assert found.stages == {"healthy": 8}
