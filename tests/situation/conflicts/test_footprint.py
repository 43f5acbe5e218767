"""What situations occupy."""

from typing import Any

import pytest

from gateway.model.instants import iso_utc
from gateway.situation.conflicts.footprint import Footprint, footprint_of
from gateway.situation.lifecycle.actions import Acknowledge, Begin, Cancel, Overrun
from gateway.situation.lifecycle.parties import THE_ROOM
from gateway.situation.times.instants import NEVER_MS
from tests.situation.examples import COMUNE, PUBLIACQUA, ROME, accident, done, published, works


def of(**changes: Any) -> Footprint:
    found = footprint_of(published(works(**changes)), ROME, no_dig_years=5)
    assert found is not None
    return found


def test_works_occupy_their_street_for_their_time() -> None:
    found = of(location={"street_refs": [{"name": "VIA ROMA", "key": "375741"}, {"name": "VIA SENZA CODICE"}], "junctions": ["ic-09"]})
    assert (sorted(found.streets), sorted(found.junctions)) == (["anncsu:375741"], ["ic-09"])
    assert iso_utc(found.span.to_ms, "seconds") == "2026-12-04T23:00:00Z"
    assert found.shape is not None
    assert found.excavation is not None
    assert (found.begun, found.protected_until_ms, found.detour, found.umbrella) == (False, None, None, None)


def test_accidents_and_cancelled_works_occupy_nothing() -> None:
    assert footprint_of(published(accident()), ROME, 5) is None
    assert footprint_of(done(published(works()), (PUBLIACQUA, Cancel("no"))), ROME, 5) is None


def test_works_that_overrun_last_until_their_owner_says_otherwise() -> None:
    overrun = done(published(works()), (COMUNE, Acknowledge("accepted", 1)), (PUBLIACQUA, Begin()), (THE_ROOM, Overrun()))
    found = footprint_of(overrun, ROME, 5)
    assert found is not None
    assert (found.begun, found.span.to_ms) == (True, NEVER_MS)


@pytest.mark.parametrize(
    ("reinstated", "until"),
    [
        ({"reinstatement": {"status": "permanent", "resurfaced": True}}, "2031-12-05T23:00:00Z"),
        ({"reinstatement": {"status": "permanent"}, "no_dig_until": "2028-02-29"}, "2028-02-29T23:00:00Z"),
        ({"reinstatement": {"status": "interim"}}, None),
    ],
)
def test_a_new_surface_is_protected_for_years(reinstated: dict[str, Any], until: str | None) -> None:
    found = of(roadworks={"category": "major", **reinstated}).protected_until_ms
    assert (None if found is None else iso_utc(found, "seconds")) == until


def test_a_leap_day_has_its_anniversary_on_the_28th() -> None:
    found = of(
        timing={"planned_start": "2028-02-20", "planned_end": "2028-02-28"},
        roadworks={"reinstatement": {"status": "permanent", "resurfaced": True}},
    )
    assert found.protected_until_ms is not None
    assert iso_utc(found.protected_until_ms, "seconds") == "2033-02-28T23:00:00Z"


def test_a_detour_and_the_umbrella_are_part_of_it() -> None:
    line = {"type": "LineString", "coordinates": [[11.09, 43.88], [11.1, 43.88]]}
    found = of(
        impact={"detour": {"geometry": line, "street_refs": [{"name": "VIA MILANO", "key": "1"}]}},
        roadworks={"umbrella": {"id": "fibra-2026"}},
    )
    assert found.detour is not None
    assert found.detour.streets == {"anncsu:1"}
    assert found.detour.shape is not None
    assert found.umbrella == "fibra-2026"
