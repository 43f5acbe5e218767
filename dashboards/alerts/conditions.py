"""The alarms of which Grafana notifies: how each is asked of the store. Words, limits and delays are those of `gateway.alarms`. Pure."""

from math import ceil
from typing import NamedTuple

from dashboards.alerts.queries import OWNED, constant, declared, energy_mean, holding, latest, lowest, recent, reporting
from dashboards.documents import BoardLanguage
from gateway.alarms.catalogue import (
    COMPLETE_SHARE,
    DARK_SHARE,
    DARK_W,
    DEAD_PHASE_V,
    FAILED_LAMPS_CLEAR_SHARE,
    FAILED_LAMPS_LEAST,
    FAILED_LAMPS_SHARE,
    FLAGS,
    INCOMPLETE_SHARE,
    KINDS,
    LEAST_EXPECTED,
    LIMITS,
    LIT_SHARE,
    LIVE_PHASE_V,
    STUCK_READINGS,
    STUCK_S,
    THEFT_BACK_SHARE,
    THEFT_SHARE,
    VARYING,
    AlarmType,
)

INTERVAL_S = 60
"""How often rules are evaluated."""

_QUARTER_S, _HOUR_S, _DAY_S = 900, 3600, 86_400
_SUPPLY_V = 230.0
"""Nominal voltage of a phase (EN 50160)."""

_BY_GATEWAY = '"operator", "gateway"'
_GATEWAY = "\"profile\" = 'gateway'"


class AlertTexts(NamedTuple):
    """What an alert says in one language: a title, what it means, and what to do first."""

    title: str
    meaning: str
    first: str


class Condition(NamedTuple):
    """How an alarm is found in the store: one number for each asset, and the limits at which it is raised and cleared.

    Attributes:
        name: The kind of alarm, which is also the name of the rule in Grafana.
        group: The group of rules that it is evaluated with.
        queries: The queries by their letters; `A` alone is the number, or `formula` computes it from all.
        set_at: It is raised beyond this number.
        clear_at: It is cleared when the number is on the other side of this one, so it does not flutter between the two.
        range_s: How far the queries look back.
        below: Whether low numbers are wrong, instead of high ones.
        formula: An expression of Grafana ("math") of the numbers `$A`, `$B`, `$C`.
        settle_s: How long the number must stay beyond `set_at` at least, because it needs that long to be right.
    """

    name: str
    group: str
    queries: dict[str, str]
    set_at: float
    clear_at: float
    range_s: int
    below: bool = False
    formula: str = ""
    settle_s: int = 0

    @property
    def kind(self) -> AlarmType:
        """The alarm that it finds."""
        return KINDS[self.name]

    @property
    def severity(self) -> str:
        """The alarm's priority by name: `critical`, `high`, `medium`, `low`."""
        return self.kind.priority.name.lower()

    @property
    def for_s(self) -> int:
        """How long the number must stay beyond `set_at`: the alarm's on-delay in whole evaluations."""
        return INTERVAL_S * ceil(max(self.kind.on_delay_s, self.settle_s) / INTERVAL_S)

    def texts(self, language: BoardLanguage) -> AlertTexts:
        """Return what it says in a language."""
        title, *sentences = (text.en if language == "en" else text.it for text in (self.kind.title, self.kind.meaning, self.kind.action))
        return AlertTexts(title, *(f"{one[0].upper()}{one[1:]}." for one in sentences))


_MISSING = '100 * (last("expected_power") - last("active_power")) / (last("expected_power") + 1)'
"""The missing share of the expected power in percent; by day, when nothing is expected, it is not above zero."""

_BY_DAY = 'last("active_power") - last("expected_power") - 1000 * last("scheduled_level")'
"""The power in watts that nobody asks for; far below zero while light is asked for."""

_PHASES = " + ".join(
    f'(last("voltage_{a}") - last("voltage_{b}")) * (last("voltage_{a}") - last("voltage_{b}"))'
    for a, b in (("l1", "l2"), ("l2", "l3"), ("l1", "l3"))
)
"""The squared differences of the phases' voltages, summed: twice the squared drop of a phase while the two others have 230 V."""

_VOLTAGE = 'last("voltage_l1") + last("voltage_l2") + last("voltage_l3")'


def _flag(name: str) -> Condition:
    """Return the condition of fields of a cabinet, each of which is the alarm itself."""
    fields = [field for (measurement, field), kind in FLAGS.items() if kind == name and measurement == "lighting_cabinet"]
    return Condition(name, "lighting", {"A": holding("lighting_cabinet", *fields, by=OWNED)}, 0.5, 0.5, _HOUR_S)


_LIGHTING = (
    Condition(
        "panel_outage", "lighting", {"A": latest("lighting_quarter", _MISSING)}, 100 * (1 - DARK_SHARE), 100 * (1 - LIT_SHARE), _HOUR_S
    ),
    Condition("supply_outage", "lighting", {"A": latest("lighting_meter", _VOLTAGE)}, DEAD_PHASE_V, LIVE_PHASE_V, _QUARTER_S, below=True),
    Condition(
        "phase_loss",
        "lighting",
        {"A": latest("lighting_meter", _PHASES)},
        2 * (_SUPPLY_V - DEAD_PHASE_V) ** 2,
        2 * (_SUPPLY_V - LIVE_PHASE_V) ** 2,
        _QUARTER_S,
    ),
    Condition(
        "cable_theft",
        "lighting",
        {"A": latest("lighting_quarter", _MISSING)},
        100 * THEFT_SHARE,
        100 * THEFT_BACK_SHARE,
        _HOUR_S,
        settle_s=3 * _QUARTER_S,  # in the quarter hour in which the lamps switch, some of the power is missing
    ),
    Condition("day_burner", "lighting", {"A": latest("lighting_quarter", _BY_DAY)}, 2 * DARK_W, DARK_W, _HOUR_S),
    Condition(
        "lamp_failures",
        "lighting",
        {
            "A": holding("lamp", "lamp_failure", by=_BY_GATEWAY),
            "B": reporting("lamp", "lamp_failure", by=_BY_GATEWAY),
            "C": lowest("lighting_meter", "voltage_l1", by=_BY_GATEWAY),
        },
        100 * FAILED_LAMPS_SHARE,
        100 * FAILED_LAMPS_CLEAR_SHARE,
        _HOUR_S,
        formula=f"100 * $A / $B * ($A >= {FAILED_LAMPS_LEAST}) * ($C > {DEAD_PHASE_V:g})",
    ),
    _flag("door_open"),
    _flag("leakage"),
    _flag("breaker_tripped"),
    _flag("switching_failed"),
    Condition(
        "device_alarm",
        "lighting",
        {
            "A": declared(
                [
                    "lamp_failed",
                    "ballast_failed",
                    "bus_unpowered",
                    "mains_absent",
                    "on_battery",
                    "short_circuit",
                    "overheated",
                    "wrong_device",
                    "sensor_fault",
                ]
            )
        },
        0.5,
        0.5,
        7 * _DAY_S,
    ),
)

_COLDEST_OR_HOTTEST_C = 55.0, 50.0
"""Air of this temperature, below or above zero, was never measured in Europe; below the second one, a value is plausible again."""

_SENSORS = (
    Condition(
        "sensor_stuck",
        "environment",
        {"A": constant(sorted(VARYING), STUCK_READINGS)},
        0.5,
        0.5,
        round(STUCK_S),
        settle_s=_HOUR_S,  # a station that has just begun has only these values
    ),
    Condition(
        "implausible",
        "environment",
        {"A": latest("weather", 'last("air_temperature") * last("air_temperature")')},
        _COLDEST_OR_HOTTEST_C[0] ** 2,
        _COLDEST_OR_HOTTEST_C[1] ** 2,
        _HOUR_S,
    ),
)

_GATEWAYS = (
    Condition(
        "gateway_silent",
        "gateways",
        {"A": recent("gateway", "uptime", "5m", where=_GATEWAY)},
        1,
        0,
        7 * _DAY_S,
        below=True,
    ),
    Condition("clock_unsure", "gateways", {"A": holding("gateway", "clock_synchronised", by=OWNED)}, 0.5, 0.5, _HOUR_S, below=True),
    Condition(
        "incomplete",
        "gateways",
        {
            "A": latest("completeness", '100 * sum("read") / sum("expected")', by=_BY_GATEWAY),
            "B": latest("completeness", 'sum("expected")', by=_BY_GATEWAY),
        },
        100 * INCOMPLETE_SHARE,
        100 * COMPLETE_SHARE,
        _HOUR_S,
        below=True,
        formula=f"$A + 100 * ($B < {LEAST_EXPECTED})",
    ),
)


def _of_limits(group: str, *measurements: str) -> list[Condition]:
    """Return the conditions of the catalogue's limits of measurements."""
    found = []
    for limit in LIMITS:
        if limit.measurement not in measurements:
            continue
        if limit.is_level:
            query = energy_mean(limit.measurement, limit.field)
        else:
            function = "last" if limit.mean_s is None else "mean"
            where = _GATEWAY if limit.measurement == "gateway" else ""
            query = latest(limit.measurement, f'{function}("{limit.field}")', where=where)
        range_s = _HOUR_S if limit.mean_s is None else round(limit.mean_s)
        # A mean that has just begun is that of some minutes.
        settle_s = 0 if limit.mean_s is None else max(_QUARTER_S, range_s // 24)
        below = not limit.is_above
        found.append(Condition(limit.kind, group, {"A": query}, limit.raise_at, limit.clear_at, range_s, below, "", settle_s))
    return found


CONDITIONS = [
    *_LIGHTING,
    *_of_limits("environment", "air_quality", "noise", "parking_zone"),
    Condition("flood", "environment", {"A": holding("water", "flooded", by=OWNED)}, 0.5, 0.5, _HOUR_S),
    *_SENSORS,
    *_GATEWAYS,
    *_of_limits("gateways", "gateway"),
    *_of_limits("centre", "worker"),
]


class ShownIn(NamedTuple):
    """A dashboard, and the field that a panel of it asks for."""

    board: str
    measurement: str
    field: str


NOT_ASKED = {kind: ShownIn("lighting", measurement, field) for (measurement, field), kind in FLAGS.items() if measurement == "lamp"} | {
    "device_silent": ShownIn("completeness", "completeness", "silent"),
    "traffic_congested": ShownIn("traffic", "traffic", "congested"),
    "rollout_stopped": ShownIn("firmware", "rollout", "state"),
}
"""Alarms of which Grafana does not notify, and where it shows them: one alert for each lamp would hide the others, and who rolls
firmware out is notified by the centre."""
