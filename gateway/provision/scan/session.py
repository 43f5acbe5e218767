"""One scan from its beginning or from where it was stopped: its plan, its record, and what it compares with."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.host.stopping import WorkStopped, unless_stopped
from gateway.model.profile import Profile
from gateway.provision.findings import Found, Missing, Obstacle
from gateway.provision.scan.events import AlsoAt, ScanEnd, ScanEvent, ScanProgress
from gateway.provision.scan.known import SiteLine, missing, remarks
from gateway.provision.scan.line_access import LineAccess
from gateway.provision.scan.plan import Leg, ScanPlace, digest, remaining_s, serial_legs, server_legs, tcp_legs
from gateway.provision.scan.record import RecordError, RecordFile, ScanRecord, load
from gateway.provision.scan.scanner import ScanTerms, SerialScan, scan_tcp
from gateway.provision.scan.target import ScanTarget


class ScanWish(NamedTuple):
    """What is to be tried: everything or what is common, and the addresses, if they are given."""

    full: bool
    units: list[int] | None


class ScanSession:
    """A scan, its record in a file, and `report`, which receives its events. It is itself the scan's observer."""

    def __init__(
        self,
        path: Path,
        target: ScanTarget,
        profiles: Sequence[Profile],
        site: SiteLine | None,
        wish: ScanWish,
        report: Callable[[ScanEvent], None],
    ) -> None:
        self._path, self._target, self._profiles, self._site, self._report = path, target, profiles, site, report
        self._file = RecordFile(path)
        self._terms, self._slower = ScanTerms(), 1
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

    async def run(self, terms: ScanTerms, stop: asyncio.Event, owner: LineOwner | None = None) -> ScanEnd:
        """Scan until `stop` is set, or to the end; report and return how it ended. With an `owner`, the line is borrowed from its polling.

        Raises:
            RecordError: the record can't be written.
        """
        self._terms, self._slower = terms, 1 if owner is None else 2  # a line is polled for as long as it is lent
        try:
            await self.save()  # before anything is sent: without a record, nothing would be left of a scan that is stopped
            end = await self._end(LineAccess(self._make_wire, owner), stop)
            self.record.complete = end.complete
            await self.save()
        finally:
            self._file.close()
        self._report(ScanEvent(end=end))
        return end

    async def _end(self, access: LineAccess, stop: asyncio.Event) -> ScanEnd:
        """Scan, and return how it ended."""
        try:
            obstacle = await unless_stopped(self._scan(access), stop)
        except WorkStopped:
            return ScanEnd(complete=False, devices=len(self.record.found), stopped=True)
        except WireError as error:
            return ScanEnd(complete=False, devices=len(self.record.found), problem=str(error), problem_it=error.italian)
        absent = self.missing if obstacle is None else []
        return ScanEnd(complete=obstacle is None, devices=len(self.record.found), obstacle=obstacle, missing=absent)

    async def _scan(self, access: LineAccess) -> Obstacle | None:
        start, target = self.record.at, self._target
        if target.serial is None and not target.rtu:
            await scan_tcp(access, self._profiles, self.legs, start, self._terms, self)
            return None
        # In a thread: the fingerprints of the whole library take a while, and a gateway may poll its lines meanwhile.
        scan = await asyncio.to_thread(SerialScan, access, self._profiles, self._terms, self, self.record.found)
        return await scan.run(self.legs, start)

    def _make_wire(self, settings: SerialSettings | None) -> Wire:
        target = self._target
        if target.serial is None or settings is None:
            return TcpWire(target.host, target.port)
        direction = self._site.settings.direction if self._site is not None and self._site.settings else None
        return SerialWire(target.serial, settings._replace(direction=direction))

    def _plan(self) -> list[Leg]:
        """Return the plan, with the settings and addresses of the site file's line."""
        units, full, site = self.record.units, self.record.full, self._site or SiteLine()
        own = [one.unit for one in site.devices if one.unit is not None]
        if self._target.serial is None:
            legs = server_legs if self._target.rtu else tcp_legs
            return legs(self._profiles, full=full, units=units, own=own)
        settings = site.settings._replace(direction=None) if site.settings else None
        return serial_legs(self._profiles, full=full, units=units, own=own, at=settings)

    @property
    def missing(self) -> list[Missing]:
        """The devices of the site file that were asked and did not respond."""
        tried = {unit for leg in self.legs for unit in leg.units}
        devices = () if self._site is None else self._site.devices
        return missing(self.record.found, [one for one in devices if one.unit in tried])

    async def save(self) -> None:
        """Write the record.

        Raises:
            RecordError: it can't be written.
        """
        self._file.write(self.record)
        await self._file.written()

    def found(self, found: Found) -> None:
        """Compare, record and report a device."""
        for remark in remarks(found, self._site, self.record.found, self.record.earlier):
            if remark.badge not in found.badges:
                found.badges.append(remark.badge)
            found.notes.append(remark.sentence)
        self.record.found.append(found)
        self._file.write(self.record)
        self._report(ScanEvent(found=found))

    def also_at(self, unit: int, settings: str) -> None:
        """Record and report further settings of a device."""
        for one in self.record.found:
            if one.unit == unit and settings not in one.also_at:
                one.also_at.append(settings)
        self._report(ScanEvent(also_at=AlsoAt(unit, settings)))

    def skipped(self, settings: str) -> None:
        """Report settings that the port does not support."""
        self._report(ScanEvent(skipped=settings))

    def reached(self, place: ScanPlace, settings: str | None) -> None:
        """Record and report how far the scan has come; it is written at each change of settings."""
        whole = place.legs != self.record.at.legs
        self.record.reached(place)
        if whole:
            self._file.write(self.record)
        leg = self.legs[place.legs] if place.legs < len(self.legs) else None
        unit = leg.units[place.units] if leg is not None and place.units < len(leg.units) else None
        left_s = self._slower * remaining_s(self.legs, place, self._terms.reaction_s)
        self._report(ScanEvent(progress=ScanProgress(settings=settings, unit=unit, left_s=left_s)))
