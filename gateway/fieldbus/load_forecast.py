"""Predicts how busy the lines of a site will be, and what would make a line less busy. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import baud_of, bound_devices, costs_of
from gateway.fieldbus.modbus.planning.line_load import WARN_ABOVE, DeviceLoad, PlannedCosts, device_load
from gateway.model.profile import Profile
from gateway.model.site.file import Site
from gateway.model.site.lines import LineSettings

_FASTER_BAUDS = (19200, 38400, 57600, 115200)


class Remedy(NamedTuple):
    """A way to make a line less busy, in English and Italian."""

    en: str
    it: str


class LineForecast(NamedTuple):
    """The predicted load of one line: its share of the line's time and its number of reads.

    `share` is None for a line without a read plan. `remedies` are ways to lower a share above the warning limit.
    """

    line: str
    share: float | None
    reads: int
    remedies: tuple[Remedy, ...] = ()


def forecast_loads(site: Site, profiles: Mapping[str, Profile]) -> list[LineForecast]:
    """Predict the load of every line of a site."""
    binder, planned = Binder(site.assets), PlannedCosts()
    return [_forecast(line, binder, profiles, planned) for line in site.lines]


def _forecast(line: LineSettings, binder: Binder, profiles: Mapping[str, Profile], planned: PlannedCosts) -> LineForecast:
    loads = _device_loads(line, binder, profiles, planned)
    if not loads:
        return LineForecast(line.id, None, 0)
    share = sum(one.share for one in loads)
    remedies = tuple(_remedies(line, binder, profiles, loads, planned)) if share > WARN_ABOVE else ()
    return LineForecast(line.id, share, sum(one.reads for one in loads), remedies)


def _device_loads(line: LineSettings, binder: Binder, profiles: Mapping[str, Profile], planned: PlannedCosts) -> list[DeviceLoad]:
    devices = bound_devices(line, binder, profiles)
    costs = costs_of(line, devices)
    return [device_load(device, costs[device.id], planned) for device in devices] if costs else []


def _remedies(
    line: LineSettings, binder: Binder, profiles: Mapping[str, Profile], loads: list[DeviceLoad], planned: PlannedCosts
) -> Iterator[Remedy]:
    share = sum(one.share for one in loads)
    busiest = max(loads, key=lambda one: one.share)
    times, alone = f"{share / WARN_ABOVE:.1f}", f"{100 * busiest.share:.0f} %"
    yield Remedy(
        f"make intervals {times} times as long ('{busiest.device}' alone takes {alone})",
        f"allunga gli intervalli di {times.replace('.', ',')} volte ('{busiest.device}' da solo occupa il {alone})",
    )
    baud = baud_of(line, profiles[line.devices[0].profile])
    faster = next((one for one in _FASTER_BAUDS if one > baud), None)
    if line.tcp is None and faster is not None:
        then = sum(one.share for one in _device_loads(msgspec.structs.replace(line, baud=faster), binder, profiles, planned))
        yield Remedy(
            f"set the line and its devices to {faster} baud ({100 * then:.0f} %)",
            f"imposta la linea e i suoi dispositivi a {faster} baud ({100 * then:.0f} %)",
        )
    if len(loads) > 1:
        yield Remedy("move devices to another line", "sposta dei dispositivi su un'altra linea")
