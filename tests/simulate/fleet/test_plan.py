"""The plan of a fleet: what makes no sense is rejected before a process starts."""

import msgspec
import pytest

from gateway.simulate.fleet.plan import FleetPlan

PLAN = {"broker": "mqtt://127.0.0.1:1883", "site": "sim", "gateways": 3, "points": 5, "seconds": 2.5}


def test_a_plan_survives_its_file() -> None:
    plan = msgspec.convert(PLAN, FleetPlan)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=FleetPlan) == plan


@pytest.mark.parametrize("change", [{"gateways": 0}, {"points": 0}, {"seconds": 0}, {"flush_s": 0}])
def test_a_plan_that_does_nothing_is_rejected(change: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(PLAN | change, FleetPlan)
