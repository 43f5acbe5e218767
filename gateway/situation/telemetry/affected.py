"""Which assets of a site works affect: those that they name, those near which they dig, and those that hang on the same panel."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from gateway.model.site import AssetSettings
from gateway.situation.conflicts.shape import Shape, distance_m
from gateway.situation.telemetry.cause import NEAR_M, points_of


class AssetMap:
    """Where the assets of a site are, and which panel feeds them."""

    def __init__(self, assets: Mapping[str, AssetSettings]) -> None:
        self._where = {name: points_of([(one.lon, one.lat)]) for name, one in assets.items() if one.lon is not None and one.lat is not None}
        self._panel_of = {name: one.panel for name, one in assets.items() if one.panel is not None}
        self._fed_by = defaultdict[str, list[str]](list)
        for name, panel in self._panel_of.items():
            self._fed_by[panel].append(name)

    def affected(self, named: Iterable[str], dug: Shape | None) -> frozenset[str]:
        """Return the assets that works affect.

        These are the assets that the works name, and those within 25 m of where they dig; everything that is fed by one of them; and the
        panel of a pole near which they dig, but not its other poles: if those are dark, so is the panel.

        Args:
            named: The assets that the works name.
            dug: Where they dig; None if they don't, or if nobody knows.
        """
        near = frozenset() if dug is None else self._near(dug)
        direct = near.union(named)
        fed = (name for panel in direct for name in self._fed_by.get(panel, ()))
        return direct.union(fed, (self._panel_of[name] for name in near if name in self._panel_of))

    def _near(self, dug: Shape) -> frozenset[str]:
        box = dug.box.grown(NEAR_M)
        around = ((name, at) for name, at in self._where.items() if box.meets(at.box))
        return frozenset(name for name, at in around if distance_m(dug, at, NEAR_M) <= NEAR_M)
