"""Whom a situation affects, and which assets: those that it names, those near its place, and those that hang on the same panel."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.model.site.assets import AssetSettings
from gateway.situation.conflicts.shape import Shape, distance_m, shape_of
from gateway.situation.event.impact import TransitStop
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.cause import NEAR_M, points_of


class AssetMap:
    """Where the assets of a site are, and which panel feeds them."""

    def __init__(self, assets: Mapping[str, AssetSettings]) -> None:
        self._where = {name: points_of([(one.lon, one.lat)]) for name, one in assets.items() if one.lon is not None and one.lat is not None}
        self._panel_of = {name: one.panel for name, one in assets.items() if one.panel is not None}
        self._fed_by = defaultdict[str, list[str]](list)
        for name, panel in self._panel_of.items():
            self._fed_by[panel].append(name)

    def affected(self, named: Iterable[str], place: Shape | None) -> frozenset[str]:
        """Return the assets that works, or other situations, affect.

        These are the assets that they name, and those within 25 m of their place; everything that is fed by one of them; and the panel of a
        pole near their place, but not its other poles: if those are dark, so is the panel.

        Args:
            named: The assets that they name.
            place: Where they dig, or what else has a place; None if nothing has, or if nobody knows.
        """
        near = frozenset() if place is None else self._near(place)
        direct = near.union(named)
        fed = (name for panel in direct for name in self._fed_by.get(panel, ()))
        return direct.union(fed, (self._panel_of[name] for name in near if name in self._panel_of))

    def _near(self, place: Shape) -> frozenset[str]:
        box = place.box.grown(NEAR_M)
        around = ((name, at) for name, at in self._where.items() if box.meets(at.box))
        return frozenset(name for name, at in around if distance_m(place, at, NEAR_M) <= NEAR_M)


class AffectedParts(NamedTuple):
    """What a situation affects: assets in the order of their names, lines and stops of public transport."""

    assets: list[str]
    lines: Sequence[str]
    stops: Sequence[TransitStop]


def affected_parts(situation: Situation, assets: AssetMap) -> AffectedParts:
    """Return what a situation affects: assets as far as the site knows them, lines and stops as its owner says."""
    impact = situation.content.impact
    place = None if situation.geometry is None else shape_of(situation.geometry)
    if impact is None:
        return AffectedParts(sorted(assets.affected([], place)), [], [])
    return AffectedParts(sorted(assets.affected(impact.assets, place)), impact.lines, impact.stops)
