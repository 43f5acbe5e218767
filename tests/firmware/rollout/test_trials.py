"""A share of the trials of `python -m tests.firmware.rollout`: a centre that is killed while it rolls out, with a dead device."""

import pytest

from gateway.centre.firmware import role as role_module
from tests.firmware.rollout.trials import Size, killed_centre

pytestmark = pytest.mark.system


async def test_a_centre_that_is_killed_goes_on_and_flashes_no_device_twice() -> None:
    assert role_module._SEES_AFTER_S > 0, "after its start, a centre looks before it judges"
    found = await killed_centre(Size(2, 2, 1), kills=1, flash_s=2.0)
    assert found.faults == []
    assert found.stages == {"healthy": 4}
