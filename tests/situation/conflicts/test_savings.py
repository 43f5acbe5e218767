"""Who could dig together."""

import pytest

from gateway.analytics.sun import Interval
from gateway.situation.conflicts.comparison import DAY_MS, ConflictRules
from gateway.situation.conflicts.footprint import Footprint
from gateway.situation.conflicts.savings import opportunity_of
from gateway.situation.event.works import Excavation
from gateway.situation.times.instants import NEVER_MS

STREET = frozenset({"anncsu:1"})
WATER = Footprint(
    "acqua",
    "publiacqua",
    exercise=False,
    begun=False,
    span=Interval(0, 10 * DAY_MS),
    streets=STREET,
    excavation=Excavation(area_m2=40, length_m=80),
)
GAS = WATER._replace(id="gas", owner="estra", span=Interval(60 * DAY_MS, 64 * DAY_MS), excavation=Excavation(area_m2=25))


def test_two_who_dig_in_the_same_street_soon_after_each_other_could_save_the_shorter_works() -> None:
    found = opportunity_of(WATER, GAS, ConflictRules())
    assert found is not None
    assert (found.gap_ms // DAY_MS, found.saved_days, found.saved_area_m2, found.saved_length_m) == (50, 4.0, 25, None)


@pytest.mark.parametrize(
    "other",
    [
        GAS._replace(owner="publiacqua"),
        GAS._replace(begun=True),
        GAS._replace(exercise=True),
        GAS._replace(excavation=None),
        GAS._replace(streets=frozenset({"anncsu:2"})),
        GAS._replace(span=Interval(101 * DAY_MS, 105 * DAY_MS)),
        GAS._replace(span=Interval(60 * DAY_MS, NEVER_MS)),
    ],
)
def test_nobody_saves_anything_otherwise(other: Footprint) -> None:
    assert opportunity_of(WATER, other, ConflictRules()) is None
