"""The key `assets`: what the city calls the things that are measured, and what a lighting panel feeds."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Label, Name, TimeOfDay, says, whole
from gateway.model.site.part import SitePart
from gateway.model.stream import Place


class DimmingSettings(SitePart, frozen=True, kw_only=True):
    """A part of the night in which the lamps of a panel are dimmed."""

    begin: Annotated[TimeOfDay, says('When it begins, in the site\'s time zone, for example `"23:00"`.')]
    end: Annotated[TimeOfDay, says("When it ends.")]
    level: Annotated[int, whole(1, 100), says("Light output in percent.")]


class LightingSettings(SitePart, frozen=True, kw_only=True):
    """What is connected to a lighting panel, and when it should burn: what its readings are compared with, for `gateway central`."""

    lamps: Annotated[int, whole(1, 10_000), says("How many lamps it feeds.")]
    lamp_power: Annotated[
        float, msgspec.Meta(gt=0, le=10_000), says("Nominal power of a lamp with its control gear, in watts; the mean if they differ.")
    ]
    base_power: Annotated[
        float, msgspec.Meta(ge=0, le=100_000), says("Power of what is not a lamp, such as the controller, in watts, day and night.")
    ] = 0.0
    source: Annotated[
        Literal["led", "discharge"], says("Light source: the power of discharge lamps on magnetic ballasts depends on the voltage.")
    ] = "led"
    elevation: Annotated[
        float,
        msgspec.Meta(ge=-18, le=5),
        says("Elevation of the sun at which the lamps switch, in degrees: -0.833 is sunset, -6 the end of civil twilight."),
    ] = -0.833
    dimming: Annotated[list[DimmingSettings], says("When the lamps are dimmed; of two that overlap, the later one counts.")] = []
    nominal_voltage: Annotated[float, msgspec.Meta(gt=0, le=1000), says("Nominal voltage of a phase, in volts.")] = 230.0
    pod: Annotated[Label | None, says("Code of the point of delivery (POD), for PELL.")] = None
    pell_id: Annotated[Label | None, says("Identifier of the panel at PELL; by default, its name here.")] = None


class AssetSettings(SitePart, frozen=True, kw_only=True):
    """The city's name for an asset, its position (WGS 84, degrees), and, of a lighting panel, what it feeds."""

    name: Annotated[str | None, says("The city's name for it.")] = None
    lat: Annotated[Annotated[float, msgspec.Meta(ge=-90, le=90)] | None, says("Latitude in degrees (WGS 84).")] = None
    lon: Annotated[Annotated[float, msgspec.Meta(ge=-180, le=180)] | None, says("Longitude in degrees (WGS 84).")] = None
    lighting: Annotated[LightingSettings | None, says("Of a lighting panel: its lamps and when they burn.")] = None
    panel: Annotated[Name | None, says("Of a pole: the lighting panel that feeds it.")] = None

    def place(self) -> Place:
        """Return the place that is part of a stream."""
        return Place(self.name, self.lat, self.lon)
