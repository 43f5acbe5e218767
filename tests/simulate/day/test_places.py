"""The places of the day lie in Prato."""

from gateway.simulate.day import places
from gateway.simulate.day.places import BISENZIO, STADIUM, VIA_FIRENZE, DrawnStreet, point

STREETS = [one for one in vars(places).values() if isinstance(one, DrawnStreet)]


def test_every_place_is_in_prato() -> None:
    drawn = [position for street in STREETS for position in street.line]
    assert len(STREETS) == 8
    assert all(11.05 < lon < 11.15 and 43.84 < lat < 43.91 for lon, lat in (*drawn, *BISENZIO, STADIUM))


def test_streets_have_keys_of_their_own() -> None:
    assert len({one.key for one in STREETS}) == len(STREETS)
    assert VIA_FIRENZE.ref == {"name": "VIA FIRENZE", "scheme": "other", "key": "firenze"}


def test_a_part_of_a_street_ends_at_the_corners_that_are_named() -> None:
    assert VIA_FIRENZE.part(1, 2) == {"type": "LineString", "coordinates": VIA_FIRENZE.line[1:3]}
    assert VIA_FIRENZE.drawn["coordinates"] == VIA_FIRENZE.line
    assert point(STADIUM) == {"type": "Point", "coordinates": STADIUM}


def test_the_banks_of_the_river_are_a_closed_ring() -> None:
    assert BISENZIO[0] == BISENZIO[-1]
