"""One simulator's world: the street's state and faults, told by its clock, cell by cell and device by device."""

import random
import time
from collections.abc import Callable

from gateway.simulate.devices.maps import Cell, dali, em340, xy_md02
from gateway.simulate.street.answers import Fate
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.truth import Street

START_OF_DAY_S = 16.75 * 3600
"""The simulated day begins at a quarter to five in the afternoon: dusk, lamps about to go on, the road full."""


class World:
    """What the simulators of one gateway's devices need to know. `speed` makes the day pass faster, never the clock."""

    def __init__(self, gateway: SimGateway, seed: int, speed: float, start_s: float, now: Callable[[], float] = time.time) -> None:
        self._now, self._start_s, self._speed = now, start_s, speed
        devices = [device for line in gateway.lines for device in line.devices]
        self._loads = self._phases_of(devices)
        self._energy: dict[str, tuple[float, float]] = {}
        self.street = Street(seed)
        self.faults = Faults(
            seed,
            [asset for device in devices if device.product == "dali" for asset in device.assets],
            [device.id for device in devices if device.product != "dali"],
            [line.id for line in gateway.lines if line.way == "rtu"],
        )
        self._chance = random.Random(seed)  # noqa: S311 — a simulation

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self._now() - self._start_s

    @property
    def day_s(self) -> float:
        """The simulated time of day, counted on past midnight."""
        return START_OF_DAY_S + self.elapsed_s * self._speed

    def fate(self, line: SimLine, device: SimDevice) -> Fate:
        """Say what becomes of the next answer of a device."""
        if self.faults.silent(device.id, self.elapsed_s):
            return "silent"
        return "noise" if self.faults.noisy(line.id, self.elapsed_s) and self._chance.random() < 0.4 else "delivered"

    def cells(self, device: SimDevice) -> list[Cell]:
        """Give what a Modbus device holds now."""
        t_s, elapsed_s = self.day_s, self.elapsed_s
        if device.product == "dali":
            return dali((asset, self.street.lamp(asset, t_s, self.faults.lamp_failed(asset, elapsed_s))) for asset in device.assets)
        if device.product == "xy_md02":
            return xy_md02(device.assets[0], self.street.weather(device.assets[0], t_s))
        loads = [0.0, 0.0, 0.0]
        for number, lamp in enumerate(self._loads.get(device.assets[0], ())):
            loads[number % 3] += self.street.lamp(lamp, t_s, self.faults.lamp_failed(lamp, elapsed_s)).power
        phases = self.street.phases(device.assets[0], t_s, (loads[0], loads[1], loads[2]))
        return em340(device.assets[0], phases, self._counted(device.id, t_s, sum(phase.active for phase in phases)))

    def _counted(self, device: str, t_s: float, power: float) -> float:
        """Let a meter count on, in kWh."""
        kwh, last_s = self._energy.get(device, (12_345.6, t_s))
        kwh += power * (t_s - last_s) / 3.6e6
        self._energy[device] = (kwh, t_s)
        return kwh

    @staticmethod
    def _phases_of(devices: list[SimDevice]) -> dict[str, list[str]]:
        """Give the lamps that hang on each panel: those of its DALI gateway."""
        return {device.id.removesuffix("-dali"): device.assets for device in devices if device.product == "dali"}
