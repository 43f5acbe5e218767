"""`gateway scan`: what is on a serial port or behind a TCP endpoint, and what product it is."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from gateway.cli.common import fail, in_language, print_problems, read_site
from gateway.cli.options import JSON, Seconds
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import Direction, SerialSettings, SerialWire
from gateway.model.profile import Profile
from gateway.model.site import LineSettings
from gateway.provision.findings import Candidate, Found, Obstacle, Sentence
from gateway.provision.known import SiteDevice, missing, notes, site_devices
from gateway.provision.record import RecordError, ScanRecord, default_path, load, save
from gateway.provision.scan_plan import REACTION_S, Leg, ScanPlace, digest, remaining_s, serial_legs, tcp_legs
from gateway.provision.scanner import ScanTerms, SerialScan, scan_tcp
from gateway.provision.target import ScanTarget, line_of, target_of, units_of

_TCP_REACTION_S = 1.0
_STOPPED = 130
"""The exit code after Ctrl-C, as in shells."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the JSON output."""

    found: Found | None = None
    also_at: tuple[int, str] | None = None
    end: "_End | None" = None


class _End(msgspec.Struct, frozen=True):
    """The last line of the JSON output: whether the scan came to its end, what stopped it, and the site's devices that did not respond."""

    complete: bool
    devices: int
    obstacle: Obstacle | None
    missing: list[Sentence]


class _Session:
    """One scan: prints what is found, and keeps its record."""

    def __init__(self, path: Path, record: ScanRecord, legs: Sequence[Leg], site: Sequence[SiteDevice], *, as_json: bool) -> None:
        self._path, self.record, self._legs, self._site, self._json = path, record, legs, site, as_json
        self.reaction_s = REACTION_S
        self._shows_progress = sys.stderr.isatty()

    def found(self, found: Found) -> None:
        """Print and record a device."""
        found.notes += notes(found, self._site, self.record.earlier)
        self.record.found.append(found)
        save(self._path, self.record)
        self._clear()
        if self._json:
            _print_json(_Line(found=found))
        else:
            _print_found(found)

    def also_at(self, unit: int, settings: str) -> None:
        """Record further settings of a device."""
        for one in self.record.found:
            if one.unit == unit and settings not in one.also_at:
                one.also_at.append(settings)
        if self._json:
            _print_json(_Line(also_at=(unit, settings)))

    def skipped(self, settings: str) -> None:
        """Print settings that the port does not support."""
        self._clear()
        click.echo(
            in_language(f"{settings}: not supported by this port, skipped", f"{settings}: non supportato da questa porta, saltato"),
            err=True,
        )

    def reached(self, place: ScanPlace, settings: str) -> None:
        """Record and show how far the scan has come."""
        whole = place.legs != self.record.at.legs
        self.record.reached(place)
        if whole:
            save(self._path, self.record)
        if self._shows_progress:
            left_s = remaining_s(self._legs, place, self.reaction_s)
            leg = self._legs[place.legs] if place.legs < len(self._legs) else None
            at = f"unit {leg.units[place.units]}" if leg is not None and place.units < len(leg.units) else ""
            click.echo(f"\r\x1b[K{settings} {at}  {len(self.record.found)} found, {_time(left_s)} left", err=True, nl=False)

    def end(self, obstacle: Obstacle | None) -> int:
        """Print how the scan ended; return the exit code."""
        self._clear()
        self.record.complete = obstacle is None
        save(self._path, self.record)
        absent = missing(self.record.found, self._site) if obstacle is None else []
        if self._json:
            _print_json(_Line(end=_End(obstacle is None, len(self.record.found), obstacle, absent)))
        else:
            for one in absent:
                click.secho(in_language(one.en, one.it), fg="yellow")
            if obstacle is not None:
                click.secho(in_language(obstacle.sentence.en, obstacle.sentence.it), fg="red")
            click.echo(_counted(len(self.record.found)))
        return 1 if obstacle is not None or not self.record.found else 0

    def stopped(self, resume: str) -> NoReturn:
        """Record where the scan was stopped, print how to go on, and exit."""
        self._clear()
        save(self._path, self.record)
        click.echo(f"gateway: stopped; go on with '{resume}'", err=True)
        sys.exit(_STOPPED)

    def _clear(self) -> None:
        if self._shows_progress:
            click.echo("\r\x1b[K", err=True, nl=False)


@click.command()
@click.argument("target", metavar="PORT|HOST[:PORT]")
@click.option("--quick/--full", "quick", default=True, help="Try common settings and addresses (default), or all.")
@click.option("--units", metavar="LIST", help="Addresses to try, for example 1-32,45; by default, common ones, or all with --full.")
@click.option("--site", type=click.Path(path_type=Path, dir_okay=False), help="Site file: marks its devices, and reports those missing.")
@click.option("--listen", "listen_s", type=Seconds(), default=3.0, metavar="DURATION", help="How long to listen before sending (3s).")
@click.option("--timeout", "timeout_s", type=Seconds(), metavar="DURATION", help="How long devices may take to respond (100ms; TCP: 1s).")
@click.option("--anyway", is_flag=True, help="Scan although somebody else sends on the line.")
@click.option("--resume", is_flag=True, help="Go on where the last scan of this port was stopped.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="File that records the scan; by default, one for each port.")
@JSON
def command(
    target: str,
    units: str | None,
    site: Path | None,
    listen_s: float,
    timeout_s: float | None,
    state: Path | None,
    *,
    quick: bool,
    anyway: bool,
    resume: bool,
    as_json: bool,
) -> None:
    r"""Find the devices on a serial port, or behind a Modbus TCP endpoint, and identify their products.

    Tries serial settings and addresses, the commonest first, and prints each device as it is found. Sends nothing but reads,
    and nothing at all on a line on which somebody else sends. Ctrl-C stops it; --resume goes on. --json prints one JSON
    object on each line: found, also_at, and in the end, end. Exits with 1 if nothing was found.

    \b
    gateway scan /dev/ttyUSB0
    gateway scan /dev/ttyUSB0 --full --units 1-247 --site site.yaml
    gateway scan /dev/ttyUSB0 --resume
    gateway scan 192.0.2.10 --json
    """
    try:
        wanted = target_of(target)
        listed = units_of(units) if units else None
    except ValueError as error:
        fail(str(error))
    profiles = _library()
    line, devices = _in_site(wanted, site)
    path = state or default_path(wanted.text, _state_folder())
    make_legs = tcp_legs if wanted.serial is None else serial_legs
    record = _record(path, wanted, resume=resume, full=not quick, units=listed)
    legs = make_legs(profiles, full=record.full, units=record.units)
    _check_plan(record, digest(legs), path, resume=resume)
    session = _Session(path, record, legs, devices, as_json=as_json)
    terms = ScanTerms(timeout_s or (REACTION_S if wanted.serial else _TCP_REACTION_S), listen_s, anyway, line.echo if line else False)
    session.reaction_s = terms.reaction_s
    try:
        obstacle = asyncio.run(_scan(wanted, line, profiles, legs, terms, session))
        sys.exit(session.end(obstacle))
    except KeyboardInterrupt:
        session.stopped(_resume_command(target, site, state))
    except WireError as error:
        fail(f"{error}; {_ADVICE if wanted.serial else 'check the address, and the cable'}")
    except RecordError as error:
        fail(str(error))


_ADVICE = "check the cable, and stop the program that uses the port (a running gateway: systemctl stop street-gateway)"


async def _scan(
    target: ScanTarget, line: LineSettings | None, profiles: Sequence[Profile], legs: Sequence[Leg], terms: ScanTerms, session: _Session
) -> Obstacle | None:
    start = session.record.at
    if target.serial is None:
        await scan_tcp(target.host, target.port, profiles, legs, start, terms, session)
        return None
    port, rs485 = target.serial, line.rs485 if line else None
    direction = Direction(rs485.rts_on_send, rs485.delay_before_send, rs485.delay_after_send) if rs485 else None

    def make_wire(settings: SerialSettings) -> SerialWire:
        return SerialWire(port, settings._replace(direction=direction))

    return await SerialScan(make_wire, profiles, terms, session, session.record.found).run(legs, start)


def _library() -> list[Profile]:
    library = ProfileLibrary()
    try:
        return [library.get(name) for name in library.names]
    except ConfigError as error:
        print_problems(error.problems)


def _in_site(target: ScanTarget, site: Path | None) -> tuple[LineSettings | None, list[SiteDevice]]:
    """Return the line of the site file that is scanned, and its devices."""
    if site is None:
        return None, []
    loaded = read_site(site)
    line = line_of(target, loaded.site.lines)
    if line is None:
        click.echo(f"{site} has no line at {target.text}; all devices are new", err=True)
        return None, []
    return line, site_devices(line, loaded.profiles)


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "street-gateway"


def _record(path: Path, target: ScanTarget, *, resume: bool, full: bool, units: list[int] | None) -> ScanRecord:
    """Return the record of the scan that is resumed, or a new one."""
    try:
        last = load(path)
    except RecordError as error:
        fail(str(error))
    if resume:
        if last is None or last.complete:
            fail(f"no stopped scan of {target.text} to go on with ({path}); leave out --resume")
        return last
    earlier = [] if last is None else last.found if last.complete else last.earlier
    return ScanRecord(target=target.text, plan="", full=full, units=units, earlier=earlier)


def _check_plan(record: ScanRecord, plan: str, path: Path, *, resume: bool) -> None:
    if resume and record.plan != plan:
        fail(f"the scan in {path} has another plan, as after an update of the library; leave out --resume")
    record.plan = plan


def _resume_command(target: str, site: Path | None, state: Path | None) -> str:
    options = [f"--site {site}"] if site else []
    options += [f"--state {state}"] if state else []
    return " ".join(["gateway scan", target, *options, "--resume"])


def _print_json(line: _Line) -> None:
    click.echo(msgspec.json.encode(line))


def _print_found(found: Found) -> None:
    at = "  ".join(part for part in (found.settings, f"unit {found.unit}" if found.unit is not None else "") if part)
    first = found.identification.candidates[:1]
    if found.garbled:
        product = in_language(
            "responds, but can't be read: two devices with this address, or a bad line",
            "risponde in modo illeggibile: due dispositivi con lo stesso indirizzo, o linea disturbata",
        )
    elif not first:
        product = in_language("a product without a profile", "prodotto senza profilo") + _objects(found)
    elif found.identification.apart:
        product = in_language("one of several products:", "uno tra più prodotti:")
    else:
        product = _product(first[0])
    click.secho(f"{at}  {product}", fg="red" if found.garbled else None, bold=True)
    if len(found.identification.candidates) > 1 and found.identification.apart:
        for one in found.identification.candidates:
            click.echo(f"    {_product(one)}")
        for text in found.identification.apart:
            click.secho(f"    {in_language('to tell them apart', 'per distinguerli')}: {in_language(text.en, text.it)}", fg="yellow")
    for note in found.notes:
        click.secho(f"    {in_language(note.en, note.it)}", fg="cyan")


def _product(candidate: Candidate) -> str:
    why = "; ".join(in_language(one.en, one.it) for one in (*candidate.reasons, *candidate.doubts))
    number = f", {in_language('serial number', 'numero di serie')} {candidate.serial_number}" if candidate.serial_number else ""
    return f"{candidate.vendor} {candidate.model} ({candidate.profile}){number}: {why}"


def _objects(found: Found) -> str:
    texts = ", ".join(f"{name} {text}" for name, text in found.identification.objects.items())
    return f" ({texts})" if texts else ""


def _counted(number: int) -> str:
    if number == 1:
        return in_language("1 device found", "1 dispositivo trovato")
    return in_language(f"{number} devices found", f"{number} dispositivi trovati")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
