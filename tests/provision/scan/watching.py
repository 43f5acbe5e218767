"""Collects what a scan reports."""

from gateway.provision.findings import Found
from gateway.provision.scan.plan import ScanPlace


class Watching:
    """An observer of a scan."""

    def __init__(self) -> None:
        self.devices: list[Found] = []
        self.also: list[tuple[int, str]] = []
        self.places: list[ScanPlace] = []
        self.refused: list[str] = []

    def found(self, found: Found) -> None:
        self.devices.append(found)

    def also_at(self, unit: int, settings: str) -> None:
        self.also.append((unit, settings))

    def skipped(self, settings: str) -> None:
        self.refused.append(settings)

    def reached(self, place: ScanPlace, settings: str | None) -> None:
        self.places.append(place)

    @property
    def firsts(self) -> list[tuple[int | None, str | None, str | None]]:
        """The unit, settings and likeliest product of each device."""
        return [(one.unit, one.settings, one.identification.first.profile if one.identification.first else None) for one in self.devices]
