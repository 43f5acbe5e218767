"""The readings of panels and lamps of a simulated town. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields
from gateway.simulate.history.sky import NoiseTable, local_hour, programmed_level
from gateway.simulate.history.town import Period, TownPanel, Troubles

LAMP_W, _STANDBY_W = 62.0, 0.6
QUARTER_S = 900.0
BASE_W = 40.0
"""What a panel draws without lamps: controller, modem, losses."""

METER_PROFILE, CABINET_PROFILE, DALI_PROFILE = "carlo_gavazzi_em340", "unipi_neuron_xs50", "wirenboard_wb_dali"

_METER = canonical_fields(
    "lighting_meter", "voltage_l1", "voltage_l2", "voltage_l3", "current_l1", "current_l2", "current_l3",
    "active_power_l1", "active_power_l2", "active_power_l3", "active_power", "power_factor", "frequency", "active_energy",
)  # fmt: skip
_QUARTER = canonical_fields("lighting_meter", "active_energy_interval")
_CABINET = canonical_fields(
    "lighting_cabinet", "door_open", "relay_state", "circuit_breaker_tripped", "switching_error_on", "switching_error_off"
)
_LAMP = canonical_fields(
    "lamp", "dim_level", "dim_level_target", "active_power", "active_energy", "operating_time", "control_gear_temperature",
    "lamp_failure", "dimming_failure", "lamp_unexpected_on",
)  # fmt: skip


def lamp_power(level: int) -> float:
    """Return the active power of a lamp in W at a level in percent."""
    return _STANDBY_W if level == 0 else LAMP_W * (0.12 + 0.88 * level / 100)


class PanelTroubles(NamedTuple):
    """When a panel is in trouble, and when each of its failed lamps has failed."""

    dark: Period
    burning: Period
    phase_lost: Period
    failures: tuple[Period, ...]


_NEVER = Period(0, 0)


def panel_troubles(panel: TownPanel, of: Troubles) -> PanelTroubles:
    """Return the troubles of one panel."""
    dark, burning, phase_lost = (kind.get(panel.asset, _NEVER) for kind in (of.dark, of.burning, of.phase_lost))
    return PanelTroubles(dark, burning, phase_lost, tuple(of.failed[lamp] for lamp in panel.lamps if lamp in of.failed))


class LightingPanel:
    """One panel: its meter, its cabinet, and the energy that it has drawn. Its readings are asked for in the order of time."""

    def __init__(self, number: int, panel: TownPanel, troubles: Troubles, noise: NoiseTable) -> None:
        self._number, self._noise = number, noise
        self._lamps = len(panel.lamps)
        self._wrong = panel_troubles(panel, troubles)
        self._energy_wh, self._last_s = 1e6 * (3 + number % 7), 0.0
        self._told_wh = self._energy_wh
        """The register when the energy of a quarter hour was told last."""
        tags = {"area": panel.area}
        self.meter = Stream(panel.asset, f"{panel.asset}-meter", METER_PROFILE, "lighting_meter", _METER, 0.0, tags)
        self.quarter = Stream(
            panel.asset, f"{panel.asset}-meter", METER_PROFILE, "lighting_meter", _QUARTER, QUARTER_S, tags | {"meter": "m1"}
        )
        self.cabinet = Stream(panel.asset, f"{panel.asset}-cabinet", CABINET_PROFILE, "lighting_cabinet", _CABINET, 0.0, tags)

    def level(self, t_s: float) -> int:
        """Return the level that its lamps have."""
        if t_s in self._wrong.dark:
            return 0
        return programmed_level(t_s) or (100 if t_s in self._wrong.burning else 0)

    def meter_values(self, t_s: float) -> list[Value]:
        """Return a reading of the meter."""
        working = self._lamps - sum(t_s in failure for failure in self._wrong.failures)
        each_w = working * (lamp_power(self.level(t_s)) if t_s not in self._wrong.dark else 0.0) / 3
        voltages, currents, powers = list[Value](), list[Value](), list[Value]()
        total_w = 0.0
        for phase in range(3):
            random = self._noise.at(self._number * 3 + phase, int(t_s // 60))
            lost = phase == 1 and t_s in self._wrong.phase_lost
            voltage = 0.0 if lost else 231 + 3 * math.sin(t_s / 17_000 + phase + self._number) + 0.9 * random
            power = 0.0 if lost else max(0.0, each_w * (1 + 0.01 * random) + BASE_W / 3)
            voltages.append(round(voltage, 1))
            currents.append(round(power / (voltage * 0.95), 3) if voltage else 0.0)
            powers.append(round(power, 1))
            total_w += power
        self._count(t_s, total_w)
        factor = round(0.95 + 0.01 * self._noise.at(self._number + 77, int(t_s // 60)), 3) if each_w > BASE_W else 0.62
        return [*voltages, *currents, *powers, round(total_w, 1), factor, 50.0, round(self._energy_wh, 1)]

    def _count(self, t_s: float, power: float) -> None:
        self._energy_wh += power * (t_s - self._last_s) / 3600 if self._last_s else 0.0
        self._last_s = t_s

    def quarter_values(self) -> list[Value]:
        """Return the energy since this was called before, as the register shows it."""
        before_wh, self._told_wh = self._told_wh, round(self._energy_wh, 1)
        return [round(self._told_wh - before_wh, 1)]

    def cabinet_values(self, t_s: float) -> list[Value]:
        """Return a reading of the cabinet's controller."""
        wanted = programmed_level(t_s) > 0
        dark = wanted and t_s in self._wrong.dark
        burning = not wanted and t_s in self._wrong.burning
        visited = self._noise.at(self._number, int(t_s // 86_400)) > 2 and 10 <= local_hour(t_s) < 10.5
        return [visited, (wanted and not dark) or burning, dark, dark, burning]


class LampSeries:
    """One lamp: its level and its counters. Its readings are asked for in the order of time."""

    def __init__(self, number: int, lamp: str, panel: LightingPanel, of: TownPanel, troubles: Troubles, noise: NoiseTable) -> None:
        self._number, self._panel, self._noise = number, panel, noise
        self._failure = troubles.failed.get(lamp, _NEVER)
        self._dark = troubles.dark.get(of.asset, _NEVER)
        self._dimming_failure = number % 211 == 40
        self._burnt_s, self._energy_wh, self._last_s = 4e6 + 9e6 * (number % 5), 1e5, 0.0
        self.stream = Stream(lamp, f"{of.asset}-dali", DALI_PROFILE, "lamp", _LAMP, 0.0, {"area": of.area, "panel": of.asset})

    def values(self, t_s: float) -> Sequence[Value] | None:
        """Return a reading, or None while the lamp has no power to answer with."""
        if t_s in self._dark:
            return None
        wanted = programmed_level(t_s)
        failed = t_s in self._failure
        level = 0 if failed else self._panel.level(t_s)
        if level and self._dimming_failure:
            level = 100
        power = lamp_power(level) * (1 + 0.01 * self._noise.at(self._number, int(t_s // 900)))
        past_s = t_s - self._last_s if self._last_s else 0.0
        self._last_s = t_s
        self._burnt_s += past_s if level else 0.0
        self._energy_wh += power * past_s / 3600
        heat = 14 + (27 * level / 100) + 2 * self._noise.at(self._number + 5, int(t_s // 3600))
        return [
            level, wanted, round(power, 1), round(self._energy_wh, 1), int(self._burnt_s), int(heat),
            failed, self._dimming_failure and wanted == 60, level > 0 and wanted == 0,
        ]  # fmt: skip
