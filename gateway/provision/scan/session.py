"""One scan from its beginning or from where it was stopped: its plan, its record, and what it compares with."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.fieldbus.line_factory import serial_settings
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.model.profile import Profile
from gateway.model.site import LineSettings
from gateway.provision.findings import Found, Obstacle, Sentence
from gateway.provision.scan.known import SiteDevice, missing, notes, site_devices
from gateway.provision.scan.plan import Leg, ScanPlace, digest, serial_legs, tcp_legs
from gateway.provision.scan.record import RecordError, ScanRecord, load, save
from gateway.provision.scan.scanner import ScanObserver, ScanTerms, SerialScan, scan_tcp
from gateway.provision.scan.target import ScanTarget


class SiteLine(NamedTuple):
    """The line of the site file that is scanned: its devices, and the settings of its port (None on TCP)."""

    devices: tuple[SiteDevice, ...] = ()
    settings: SerialSettings | None = None


def site_line(line: LineSettings | None, profiles: dict[str, Profile]) -> SiteLine:
    """Return what a site file says about the line that is scanned; nothing without a line."""
    if line is None:
        return SiteLine()
    settings = serial_settings(line, profiles[line.devices[0].profile]) if line.serial is not None else None
    return SiteLine(tuple(site_devices(line, profiles)), settings)


class ScanWish(NamedTuple):
    """What is to be tried: everything or what is common, and the addresses, if they are given."""

    full: bool
    units: list[int] | None


class ScanSession:
    """A scan, its record in a file, and the observer that is told what is found. It is itself the scan's observer."""

    def __init__(
        self, path: Path, target: ScanTarget, profiles: Sequence[Profile], site: SiteLine, wish: ScanWish, observer: ScanObserver
    ) -> None:
        self._path, self._target, self._profiles, self._site, self._observer = path, target, profiles, site, observer
        last = load(path)
        earlier = [] if last is None else last.found if last.complete else last.earlier
        self.record = ScanRecord(target=target.text, plan="", full=wish.full, units=wish.units, earlier=earlier)
        self.legs = self._plan()
        self.record.plan = digest(self.legs)

    def resume(self) -> None:
        """Go on where the last scan of the target was stopped.

        Raises:
            RecordError: there is none, or it has another plan.
        """
        last = load(self._path)
        if last is None or last.complete or last.target != self._target.text:
            raise RecordError(f"no stopped scan of {self._target.text} to go on with ({self._path}); leave out --resume")
        self.record = last
        self.legs = self._plan()
        if last.plan != digest(self.legs):
            raise RecordError(
                f"the scan in {self._path} has another plan, as after an update or with another site file; leave out --resume"
            )

    async def run(self, terms: ScanTerms) -> Obstacle | None:
        """Scan to the end, or until stopped; return why it was not scanned to its end, if somebody else uses the line.

        Raises:
            WireError: the line can't be opened, or failed.
            RecordError: the record can't be written.
        """
        self.save()  # before anything is sent: without a record, nothing would be left of a scan that is stopped
        obstacle = await self._scan(terms)
        self.record.complete = obstacle is None
        self.save()
        return obstacle

    async def _scan(self, terms: ScanTerms) -> Obstacle | None:
        start, port = self.record.at, self._target.serial
        if port is None:
            await scan_tcp(self._target.host, self._target.port, self._profiles, self.legs, start, terms, self)
            return None
        direction = self._site.settings.direction if self._site.settings else None

        def make_wire(settings: SerialSettings) -> SerialWire:
            return SerialWire(port, settings._replace(direction=direction))

        return await SerialScan(make_wire, self._profiles, terms, self, self.record.found).run(self.legs, start)

    def _plan(self) -> list[Leg]:
        """Return the plan, with the settings and addresses of the site file's line."""
        units, full = self.record.units, self.record.full
        own = [one.unit for one in self._site.devices if one.unit is not None]
        if self._target.serial is None:
            return tcp_legs(self._profiles, full=full, units=units, own=own)
        settings = self._site.settings._replace(direction=None) if self._site.settings else None
        return serial_legs(self._profiles, full=full, units=units, own=own, at=settings)

    @property
    def missing(self) -> list[Sentence]:
        """The devices of the site file that were asked and did not respond."""
        tried = {unit for leg in self.legs for unit in leg.units}
        return missing(self.record.found, [one for one in self._site.devices if one.unit in tried])

    def save(self) -> None:
        """Write the record.

        Raises:
            RecordError: it can't be written.
        """
        save(self._path, self.record)

    def found(self, found: Found) -> None:
        """Compare, record and pass on a device."""
        found.notes += notes(found, self._site.devices, self.record.earlier)
        self.record.found.append(found)
        self.save()
        self._observer.found(found)

    def also_at(self, unit: int, settings: str) -> None:
        """Record and pass on further settings of a device."""
        for one in self.record.found:
            if one.unit == unit and settings not in one.also_at:
                one.also_at.append(settings)
        self._observer.also_at(unit, settings)

    def skipped(self, settings: str) -> None:
        """Pass on settings that the port does not support."""
        self._observer.skipped(settings)

    def reached(self, place: ScanPlace, settings: str) -> None:
        """Record and pass on how far the scan has come; it is written at each change of settings."""
        whole = place.legs != self.record.at.legs
        self.record.reached(place)
        if whole:
            self.save()
        self._observer.reached(place, settings)
