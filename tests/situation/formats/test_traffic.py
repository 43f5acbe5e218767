"""What an event does to traffic."""

from typing import Any

import pytest

from gateway.situation.formats.traffic import both_ways_closed, closed, lanes_closed
from tests.situation.formats.exports import seen


@pytest.mark.parametrize(
    ("kind", "impact", "expected"),
    [
        ("closure", None, (True, True, False)),
        ("closure", {"customers": 3}, (True, True, False)),
        ("closure", {"management": ["laneClosures"]}, (False, False, True)),
        ("closure", {"management": ["weightRestrictionInOperation"]}, (False, False, False)),
        ("roadworks", None, (False, False, False)),
        ("roadworks", {"management": ["roadClosed"]}, (True, True, False)),
        ("roadworks", {"control": "road_closure"}, (True, True, False)),
        ("roadworks", {"management": ["carriagewayClosures"]}, (False, True, False)),
        ("roadworks", {"lanes_closed": 1}, (False, False, True)),
        ("roadworks", {"control": "lane_closure"}, (False, False, True)),
        ("roadworks", {"management": ["unheardOf"], "control": "unheard_of"}, (False, False, False)),
    ],
)
def test_only_what_nobody_passes_is_closed(kind: str, impact: dict[str, Any] | None, expected: tuple[bool, bool, bool]) -> None:
    said = seen(kind=kind, impact=impact).properties
    assert (both_ways_closed(said), closed(said), lanes_closed(said)) == expected
