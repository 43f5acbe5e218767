"""The world that the simulated devices measure: the state of the street and its faults at the time of the clock."""

import random
import time
from collections.abc import Callable

from gateway.simulate.devices.maps import Cell, dali, em340, xy_md02
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import Fate
from gateway.simulate.street.truth import Street

START_OF_DAY_S = 16.75 * 3600
"""The simulated day begins at a quarter to five in the afternoon: at dusk, shortly before the lamps go on, in heavy traffic."""


class World:
    """The world around the devices of one gateway. `speed` makes the simulated day pass faster, not the clock."""

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
        """The simulated time of day in seconds; it goes on counting past midnight."""
        return START_OF_DAY_S + self.elapsed_s * self._speed

    def fate(self, line: SimLine, device: SimDevice) -> Fate:
        """Return the fate of the next response of a device."""
        if self.faults.silent(device.id, self.elapsed_s):
            return "silent"
        return "noise" if self.faults.noisy(line.id, self.elapsed_s) and self._chance.random() < 0.4 else "delivered"

    def cells(self, device: SimDevice) -> list[Cell]:
        """Return the register contents of a Modbus device now."""
        t_s, elapsed_s = self.day_s, self.elapsed_s
        if device.product == "dali":
            return dali([(asset, self.street.lamp(asset, t_s, self.faults.lamp_failed(asset, elapsed_s))) for asset in device.assets])
        if device.product == "xy_md02":
            return xy_md02(device.assets[0], self.street.weather(device.assets[0], t_s), device.unit)
        loads = [0.0, 0.0, 0.0]
        for number, lamp in enumerate(self._loads.get(device.assets[0], ())):
            loads[number % 3] += self.street.lamp(lamp, t_s, self.faults.lamp_failed(lamp, elapsed_s)).power
        phases = self.street.phases(device.assets[0], t_s, (loads[0], loads[1], loads[2]))
        return em340(device.assets[0], phases, self._counted(device.id, t_s, sum(phase.active for phase in phases)))

    def _counted(self, device: str, t_s: float, power: float) -> float:
        """Advance a meter's energy counter, and return it in kWh."""
        kwh, last_s = self._energy.get(device, (12_345.6, t_s))
        kwh += power * (t_s - last_s) / 3.6e6
        self._energy[device] = (kwh, t_s)
        return kwh

    @staticmethod
    def _phases_of(devices: list[SimDevice]) -> dict[str, list[str]]:
        """Return the lamps that each panel supplies: those of its DALI gateway."""
        return {device.id.removesuffix("-dali"): device.assets for device in devices if device.product == "dali"}
