"""A town of straight streets with random works: what really happens, and what is published of it.

Published works have the gaps of real registers: a third has no street key, an eighth no geometry, a third only a point; names of streets are
written in several ways; positions are a few metres off.
"""

import math
import random
from datetime import date, timedelta
from typing import NamedTuple

from gateway.analytics.sun import Interval
from gateway.situation.conflicts.footprint import Footprint
from gateway.situation.conflicts.shape import METRES_PER_DEGREE, shape_of
from gateway.situation.event.geometry import LineGeometry, PointGeometry, Position
from gateway.situation.event.works import Excavation

DAY_MS = 86_400_000
WEST, SOUTH = 11.05, 43.86
_PER_DEGREE = METRES_PER_DEGREE * math.cos(math.radians(SOUTH))
BLOCK_M = 110.0
_NAMES = ("ROMA", "MILANO", "FIRENZE", "PISTOIESE", "MONTALESE", "BOLOGNA", "FERRUCCI", "DEL SERRAGLIO", "SAN GIUSTO", "VALENTINI")
_FIRST_DAY = date(2026, 1, 1)


class TrueWorks(NamedTuple):
    """Works as they are: a street, where on it (metres), and when (days since the first)."""

    street: int
    begin_m: float
    end_m: float
    from_day: int
    to_day: int


class PublishedWorks(NamedTuple):
    """Works as a register has them: what the finder gets, and the address and year that a simple rule compares."""

    footprint: Footprint
    address: str
    year: int


class SimulatedTown:
    """Streets west to east and south to north, a block apart, and works on them."""

    def __init__(self, works: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self.side = max(6, round(math.sqrt(works) / 2.5))
        self.true = [self._works() for _ in range(works)]
        self.published = [self._published(number, one) for number, one in enumerate(self.true)]

    def _works(self) -> TrueWorks:
        rng = self._rng
        length_m = rng.choice((4.0, 20.0, 60.0, 150.0))
        begin_m = rng.uniform(0, self.side * BLOCK_M - length_m)
        from_day = rng.randrange(700)
        return TrueWorks(rng.randrange(2 * self.side), begin_m, begin_m + length_m, from_day, from_day + rng.choice((1, 3, 10, 30)))

    def _published(self, number: int, true: TrueWorks) -> PublishedWorks:
        rng = self._rng
        begin, end = self.place(true.street, true.begin_m, 3.0), self.place(true.street, true.end_m, 3.0)
        drawn = rng.random()
        geometry = None if drawn < 1 / 8 else PointGeometry(begin) if drawn < 1 / 8 + 1 / 3 else LineGeometry([begin, end])
        footprint = Footprint(
            id=f"w-{number:05}",
            owner=f"o-{rng.randrange(5)}",
            exercise=False,
            begun=False,
            span=Interval(true.from_day * DAY_MS, true.to_day * DAY_MS),
            streets=frozenset({f"anncsu:{true.street}"} if rng.random() < 2 / 3 or geometry is None else ()),
            junctions=frozenset(self._junctions(true)),
            shape=None if geometry is None else shape_of(geometry),
            excavation=Excavation(),
        )
        return PublishedWorks(footprint, self._address(true.street), (_FIRST_DAY + timedelta(days=true.from_day)).year)

    def _junctions(self, true: TrueWorks) -> list[str]:
        """Return the junctions within the works: that of street 3 with the fifth one across has the same name from both."""
        across = range(math.ceil(true.begin_m / BLOCK_M), math.floor(true.end_m / BLOCK_M) + 1)
        own = true.street % self.side
        return [f"ic-{one}-{own}" if true.street < self.side else f"ic-{own}-{one}" for one in across]

    def _address(self, street: int) -> str:
        name = f"{_NAMES[street % len(_NAMES)]} {street // len(_NAMES)}"
        return self._rng.choice((f"VIA {name}", f"Via {name.title()}", f"V. {name.title()}"))

    def place(self, street: int, along_m: float, error_m: float = 0.0) -> Position:
        """Return a position on a street, with an error."""
        across_m = (street % self.side) * BLOCK_M
        x_m, y_m = (along_m, across_m) if street < self.side else (across_m, along_m)
        x_m, y_m = (one + self._rng.uniform(-error_m, error_m) for one in (x_m, y_m))
        return WEST + x_m / _PER_DEGREE, SOUTH + y_m / METRES_PER_DEGREE


def true_distance_m(town: SimulatedTown, one: TrueWorks, other: TrueWorks) -> float:
    """Return the distance of two works on their straight streets."""
    if one.street == other.street:
        return max(0.0, one.begin_m - other.end_m, other.begin_m - one.end_m)
    if (one.street < town.side) == (other.street < town.side):
        apart_m = abs(one.street - other.street) * BLOCK_M
        return math.hypot(apart_m, max(0.0, one.begin_m - other.end_m, other.begin_m - one.end_m))
    at_one, at_other = (other.street % town.side) * BLOCK_M, (one.street % town.side) * BLOCK_M
    return math.hypot(_outside(at_one, one), _outside(at_other, other))


def _outside(at_m: float, works: TrueWorks) -> float:
    return max(0.0, works.begin_m - at_m, at_m - works.end_m)
