"""A share of the faults of `python -m tests.provision.faults`: the right cause is named first."""

import pytest

from tests.provision.faults.catalogue import FAULTS, Fault
from tests.provision.faults.trial import attempt

_IN_CI = (
    "wires swapped", "second master", "duplicate ids", "wrong parity", "dead CT", "CT turned", "phases swapped", "wrong word order",
    "all CTs turned",
)  # fmt: skip
"""The others take longer, or are found by the same rules."""


@pytest.mark.parametrize("fault", [one for one in FAULTS if one.name in _IN_CI], ids=lambda one: one.name.replace(" ", "-"))
async def test_the_right_cause_is_named_first(fault: Fault) -> None:
    trial = await attempt(fault)
    assert trial.right, trial.named


def test_every_fault_that_was_asked_for_is_injected() -> None:
    assert len(FAULTS) == 18
    assert len({one.name for one in FAULTS}) == len(FAULTS)
