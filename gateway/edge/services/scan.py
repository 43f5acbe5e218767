"""Scans of lines by the running gateway, for `gateway.web.technician.scan_routes`: of free ports, and of lines beside their polling."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from starlette.responses import Response

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import EdgeSite
from gateway.edge.services.parts import Present
from gateway.fieldbus.line.owner import LineOwner
from gateway.model.site.lines import LineSettings
from gateway.provision.italian import in_italian
from gateway.provision.scan.events import ScanEnd, ScanEvent
from gateway.provision.scan.known import site_line
from gateway.provision.scan.plan import usual_reaction_s
from gateway.provision.scan.ports import is_port, real_port, serial_ports
from gateway.provision.scan.record import RecordError, default_path
from gateway.provision.scan.scanner import ScanTerms
from gateway.provision.scan.session import ScanSession, ScanWish
from gateway.provision.scan.target import ScanTarget, line_of, target_of, target_of_line, units_of
from gateway.web.event_stream import EventStream, event
from gateway.web.json_api import ApiError
from gateway.web.technician.scan_routes import PortView, ScanAsk, ScanView

log = logging.getLogger(__name__)

UNFOLLOWED_S = 30.0
"""A scan that nobody has followed for so long is stopped. A page that is loaded again, or a phone between two networks, is back by then."""


class _Wanted(NamedTuple):
    """A scan that can be started; `line` is the line of the site that it is, if any."""

    session: ScanSession
    terms: ScanTerms
    target: ScanTarget
    line: LineSettings | None


class LineScanService:
    """Scans one line at a time, and reports to viewers what is found. A line that is polled is borrowed from its owner for each request.

    A scan ends soon after its last viewer has left: nobody would look at what it finds, while the line is used. It can be resumed.
    """

    def __init__(self, present: Present) -> None:
        self._present = present
        self._view = ScanView()
        self._stream = EventStream(viewers_most=32, on_viewers=self._followed)
        self._unfollowed: asyncio.TimerHandle | None = None
        self._stop = asyncio.Event()
        self._scanning: asyncio.Task[None] | None = None

    async def ports(self) -> list[PortView]:
        """Return the serial ports of this machine."""
        lines = self._present().site.lines
        return await asyncio.to_thread(_ports, lines)

    async def start(self, ask: ScanAsk) -> ScanView:
        """Start a scan."""
        if self._view.running:
            at = self._view.target
            raise ApiError(
                409,
                f"a scan of {at} is running; wait until it has ended, or stop it",
                f"è in corso una scansione di {at}; attendi che finisca, o fermala",
            )
        before, self._view = self._view, ScanView(running=True, target=ask.target or ask.line)
        try:
            wanted = await asyncio.to_thread(_wanted, ask, self._present().site, self._report)
            owner = self._owner(wanted.line)
        except BaseException:
            self._view = before
            raise
        line = wanted.line.id if wanted.line is not None else None
        self._view = ScanView(running=True, target=wanted.target.text, rtu_over_tcp=wanted.target.rtu, line=line)
        self._stop = asyncio.Event()
        self._stream.publish(event("state", self._view))
        self._scanning = asyncio.create_task(self._scan(wanted, owner), name="scan")
        self._followed()
        return self._view

    async def stop(self) -> ScanView:
        """Stop the scan that runs, if one does, and wait until it has ended."""
        self._stop.set()
        if self._scanning is not None:
            await asyncio.wait((self._scanning,))
        return self._view

    def state(self) -> ScanView:
        """Return the scan that runs, or the last one. Who asks again and again follows it, too."""
        self._followed()
        return self._view

    def events(self) -> Response:
        """Return the stream of events."""
        return self._stream.response(lambda: event("state", self._view))

    async def close(self) -> None:
        """Stop the scan, and end every stream."""
        await self.stop()
        self._stream.close()
        if self._unfollowed is not None:
            self._unfollowed.cancel()

    def _followed(self) -> None:
        """Begin anew to wait for somebody to follow the scan, unless somebody does."""
        if self._unfollowed is not None:
            self._unfollowed.cancel()
            self._unfollowed = None
        if self._view.running and not self._stream.viewers:
            self._unfollowed = asyncio.get_running_loop().call_later(UNFOLLOWED_S, self._abandon)

    def _abandon(self) -> None:
        if self._view.running:
            log.info("the scan of %s is stopped, as nobody follows it", self._view.target)
            self._stop.set()

    def _owner(self, line: LineSettings | None) -> LineOwner | None:
        return next((owner for owner in self._present().lines.owners if line is not None and owner.name == line.id), None)

    async def _scan(self, wanted: _Wanted, owner: LineOwner | None) -> None:
        try:
            await wanted.session.run(wanted.terms, self._stop, owner)
        except RecordError as error:
            self._fail(str(error))
        except Exception as error:
            # Broad on purpose: a fault must neither look like a scan that goes on, nor cost more than the scan.
            log.exception("the scan of %s failed", wanted.target.text)
            self._fail(f"the gateway failed: {type(error).__name__}: {error}")

    def _fail(self, problem: str) -> None:
        self._report(ScanEvent(end=ScanEnd(complete=False, devices=len(self._view.found), problem=problem)))

    def _report(self, reported: ScanEvent) -> None:
        """Store what a scan reports, for viewers that come later, and publish it."""
        view = self._view
        if reported.found is not None:
            view.found.append(reported.found)
        elif reported.progress is not None:
            view.progress = reported.progress
        elif reported.end is not None:
            view.end, view.progress, view.running = reported.end, None, False
        self._stream.publish(event("scan", reported))


def _ports(lines: list[LineSettings]) -> list[PortView]:
    users = {real_port(line.serial): line.id for line in lines if line.serial is not None}
    return [PortView(**port._asdict(), line=users.get(real_port(port.path))) for port in serial_ports()]


def _wanted(ask: ScanAsk, site: EdgeSite, report: Callable[[ScanEvent], None]) -> _Wanted:
    """Return the scan that is asked for.

    Raises:
        ApiError: it is not possible; the sentence says why.
    """
    target, line = _target(ask, site)
    try:
        units = units_of(ask.units) if ask.units else None
    except ValueError as error:
        raise _wrong(error) from error
    if line is not None and site.profiles[line.devices[0].profile].modbus is None:
        raise ApiError(
            409,
            f"line {line.id} belongs to the instrument {line.devices[0].id}, which does not speak Modbus; nothing else can be on it",
            f"la linea {line.id} appartiene allo strumento {line.devices[0].id}, che non parla Modbus; non può esserci altro",
        )
    library = ProfileLibrary()
    profiles = {name: library.get(name) for name in library.names} | site.profiles
    path = default_path(target.text, site.state)
    try:
        session = ScanSession(path, target, list(profiles.values()), site_line(line, profiles), ScanWish(ask.full, units), report)
        if ask.resume:
            session.resume()
    except RecordError as error:
        raise ApiError(409, str(error), f"la scansione non può riprendere; iniziane una nuova ({error})") from error
    reaction_s = ask.timeout_s or usual_reaction_s(target, lent=line is not None)
    return _Wanted(session, ScanTerms(reaction_s, ask.listen_s, ask.anyway, line.echo if line is not None else False), target, line)


def _target(ask: ScanAsk, site: EdgeSite) -> tuple[ScanTarget, LineSettings | None]:
    """Return what is scanned, and the line of the site that it is."""
    if (ask.target is None) == (ask.line is None):
        raise ApiError(400, "name either a target or a line", "indica una porta o una linea, non entrambe")
    if ask.target is not None:
        try:
            target = target_of(ask.target, rtu=ask.rtu_over_tcp)
        except ValueError as error:
            raise _wrong(error) from error
        if target.serial is not None and not is_port(target.serial):
            raise ApiError(400, f"{target.serial} is no serial port", f"{target.serial} non è una porta seriale")
        line = line_of(target, site.lines, real_port)
        return (target if line is None else target_of_line(line)), line
    line = next((one for one in site.lines if one.id == ask.line), None)
    if line is None:
        known = ", ".join(one.id for one in site.lines)
        raise ApiError(404, f"no line {ask.line}; the site has {known}", f"la linea {ask.line} non esiste; il sito ha {known}")
    return target_of_line(line), line


def _wrong(error: ValueError) -> ApiError:
    return ApiError(400, str(error), in_italian(error))
