"""A lighting panel, and what is read of it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Coordinates
from gateway.model.site.assets import AssetSettings, LightingSettings

MINUTE_MS, QUARTER_MS = 60_000, 900_000
MARGIN_MS = 30 * MINUTE_MS
"""How far from the calendar's times nothing is concluded from whether the lamps burn, and how bright: no clock is exact."""

_BURNING_SHARE = 0.05
"""The lamps burn if the panel draws more than this share of their nominal power."""


class LitPanel(NamedTuple):
    """A panel of the inventory: its asset, lamps, place and time zone."""

    asset: str
    lighting: LightingSettings
    place: Coordinates
    zone: ZoneInfo
    name: str = ""

    @property
    def nominal_power_w(self) -> float:
        """The power of all lamps at full light output."""
        return self.lighting.lamps * self.lighting.lamp_power

    @property
    def threshold_w(self) -> float:
        """The power above which the lamps burn."""
        return self.lighting.base_power + _BURNING_SHARE * self.nominal_power_w

    def nominal_at(self, level: int) -> float:
        """Return the power in watts at a light output in percent, if it were proportional."""
        return self.lighting.base_power + self.nominal_power_w * level / 100


class PanelMinute(NamedTuple):
    """What was read of a panel in one minute: means over it, None if absent. Power in W is the sum of the panel's meters, voltage in V.

    `contactor` is whether the lighting is commanded to be on, `breaker_tripped` whether a circuit breaker has opened.
    """

    t_ms: int
    power_w: float | None = None
    voltages_v: tuple[float | None, float | None, float | None] = (None, None, None)
    power_factor: float | None = None
    contactor: bool | None = None
    breaker_tripped: bool | None = None

    @property
    def voltage_v(self) -> float | None:
        """The mean voltage of the phases that have some."""
        present = [one for one in self.voltages_v if one is not None]
        return sum(present) / len(present) if present else None


def panels_of(assets: Mapping[str, AssetSettings], zone: ZoneInfo) -> list[LitPanel]:
    """Return the panels among the assets of a site, in the order of their names."""
    return [
        LitPanel(name, one.lighting, Coordinates(one.lat, one.lon), zone, one.name or name)
        for name, one in sorted(assets.items())
        if one.lighting is not None and one.lat is not None and one.lon is not None
    ]
