"""A simulated town: which assets it has, which gateway reads each, and which of them are in trouble when. Pure."""

from typing import NamedTuple

from gateway.model.topics import GatewayId

SITE = "prato"
LIGHTING, TOWN = "citelum", "comune"
"""The operators: the one of the lighting, and the one of traffic and environment."""

AREAS = ("centro", "nord", "est", "sud", "ovest")

_PANEL_SHARE, _TRAFFIC_SHARE, _AIR_SHARE, _NOISE_SHARE, _WEATHER_SHARE = 0.06, 0.03, 0.02, 0.02, 0.02
_PANELS_A_GATEWAY, _SENSORS_A_GATEWAY = 5, 10
_HOUR_S, _DAY_S = 3600.0, 86_400.0


class TownPanel(NamedTuple):
    """A lighting panel and the lamps behind it."""

    asset: str
    gateway: GatewayId
    area: str
    lamps: tuple[str, ...]


class TownSensor(NamedTuple):
    """An asset of traffic or environment; `kind` is its measurement."""

    asset: str
    kind: str
    gateway: GatewayId
    area: str


class Town(NamedTuple):
    """All assets of a town and its gateways."""

    gateways: tuple[GatewayId, ...]
    panels: tuple[TownPanel, ...]
    sensors: tuple[TownSensor, ...]

    @property
    def assets(self) -> int:
        """The number of its assets, gateways aside."""
        return len(self.panels) + sum(len(panel.lamps) for panel in self.panels) + len(self.sensors)


class Period(NamedTuple):
    """A time in seconds since 1970, its end excluded."""

    from_s: float
    to_s: float

    def __contains__(self, t_s: object) -> bool:
        return isinstance(t_s, int | float) and self.from_s <= t_s < self.to_s


class Troubles(NamedTuple):
    """What is wrong in the town, by asset or gateway. What lasts until the end of the history is still wrong there."""

    dark: dict[str, Period]
    """Panels that do not switch on; their lamps have no power."""
    burning: dict[str, Period]
    """Panels that do not switch off."""
    phase_lost: dict[str, Period]
    failed: dict[str, Period]
    """Lamps whose light source has failed."""
    stuck: dict[str, Period]
    """Sensors whose values do not change."""
    dead: dict[str, Period]
    """Gateways that read nothing: what was due meanwhile is missing."""
    offline: dict[str, Period]
    """Gateways without a connection: they send later."""
    unsynchronised: dict[str, Period]
    noisy: dict[str, Period]
    """Gateways with a disturbed line."""


def town(assets: int) -> Town:
    """Return a town with so many assets, at least ten: mostly lamps, behind panels of about fourteen each."""
    panels = max(1, round(assets * _PANEL_SHARE))
    kinds = [
        (kind, prefix, max(1, round(assets * share)))
        for kind, prefix, share in (
            ("traffic", "ic", _TRAFFIC_SHARE),
            ("air_quality", "aq", _AIR_SHARE),
            ("noise", "fo", _NOISE_SHARE),
            ("weather", "me", _WEATHER_SHARE),
        )
    ]
    lamps = max(1, assets - panels - sum(count for _, _, count in kinds))
    lighting = [GatewayId(SITE, LIGHTING, f"gw-{number + 1:04d}") for number in range(-(-panels // _PANELS_A_GATEWAY))]
    sensors = [(kind, f"{prefix}-{number + 1:03d}") for kind, prefix, count in kinds for number in range(count)]
    others = [GatewayId(SITE, TOWN, f"gw-{number + 5001:04d}") for number in range(-(-len(sensors) // _SENSORS_A_GATEWAY))]
    poles = iter(range(lamps))
    made = []
    for number in range(panels):
        share = lamps // panels + (number < lamps % panels)
        owner = lighting[number // _PANELS_A_GATEWAY]
        own = tuple(f"pl-{next(poles) + 1:05d}" for _ in range(share))
        made.append(TownPanel(f"qe-{number + 1:03d}", owner, _area(number, panels), own))
    spread = tuple(
        TownSensor(asset, kind, others[number % len(others)], AREAS[number % len(AREAS)]) for number, (kind, asset) in enumerate(sensors)
    )
    return Town((*lighting, *others), tuple(made), spread)


def _area(number: int, of: int) -> str:
    """Return the area of a panel: those with near numbers are near each other."""
    return AREAS[number * len(AREAS) // of]


def troubles(of: Town, whole: Period) -> Troubles:
    """Return the troubles of a town in a period: some are over, and one of each kind lasts until its end."""
    end = whole.to_s
    panels, sensors = of.panels, of.sensors
    lamps = [lamp for panel in panels for lamp in panel.lamps]
    lighting = [one.gateway for one in of.gateways if one.operator == LIGHTING]
    others = [one.gateway for one in of.gateways if one.operator == TOWN]
    span_s = end - whole.from_s

    def last(hours: float) -> Period:
        return Period(max(whole.from_s, end - hours * _HOUR_S), end)

    failed = {lamps[number]: last(24.0 * (1 + number % 9)) for number in range(7, len(lamps), 97)}
    for number in range(31, len(lamps), 53):  # repaired after a few days
        begin = whole.from_s + span_s * (number * 37 % 83) / 100
        failed[lamps[number]] = Period(begin, begin + (2 + number % 6) * _DAY_S)
    return Troubles(
        dark={panels[2 % len(panels)].asset: last(4), panels[-1].asset: Period(end - 6.2 * _DAY_S, end - 5.6 * _DAY_S)},
        burning={panels[6 % len(panels)].asset: last(70)},
        phase_lost={panels[4 % len(panels)].asset: last(30)},
        failed=failed,
        stuck={next(one.asset for one in sensors if one.kind == "air_quality"): last(40)},
        dead={lighting[-1]: last(5.5), others[0]: Period(end - 9 * _DAY_S, end - 8.7 * _DAY_S)},
        offline={lighting[0]: Period(end - 3.2 * _DAY_S, end - 3.2 * _DAY_S + 3 * _HOUR_S)},
        unsynchronised={others[-1]: last(26)},
        noisy={lighting[len(lighting) // 2]: last(60)},
    )
