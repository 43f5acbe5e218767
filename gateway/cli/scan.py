"""`gateway scan`: what is on a serial port or behind a TCP endpoint, and what product it is."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, print_problems, read_site
from gateway.cli.options import JSON, Seconds
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.wire.port import WireError
from gateway.model.profile import Profile
from gateway.model.site import LineSettings
from gateway.provision.findings import Candidate, Found, Obstacle, Sentence
from gateway.provision.scan.plan import REACTION_S, Leg, ScanPlace, remaining_s
from gateway.provision.scan.record import RecordError, default_path
from gateway.provision.scan.scanner import ScanTerms
from gateway.provision.scan.session import ScanSession, ScanWish, site_line
from gateway.provision.scan.target import ScanTarget, line_of, target_of, units_of

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


class _Printer:
    """Prints what a scan finds, and on a terminal how far it has come."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._shows_progress = sys.stderr.isatty()
        self._devices = 0
        self.legs: Sequence[Leg] = ()
        self.reaction_s = REACTION_S

    def listening(self) -> None:
        """Show that the line is listened to."""
        if self._shows_progress:
            click.echo(in_language("listening …", "in ascolto …"), err=True, nl=False)

    def found(self, found: Found) -> None:
        """Print a device."""
        self._devices += 1
        self.clear()
        if self._json:
            _print_json(_Line(found=found))
        else:
            _print_found(found)

    def also_at(self, unit: int, settings: str) -> None:
        """Print further settings of a device, in JSON."""
        if self._json:
            _print_json(_Line(also_at=(unit, settings)))

    def skipped(self, settings: str) -> None:
        """Print settings that the port does not support."""
        self.clear()
        click.echo(
            in_language(f"{settings}: not supported by this port, skipped", f"{settings}: non supportato da questa porta, saltato"),
            err=True,
        )

    def reached(self, place: ScanPlace, settings: str) -> None:
        """Show how far the scan has come."""
        if not self._shows_progress:
            return
        left_s = remaining_s(self.legs, place, self.reaction_s)
        leg = self.legs[place.legs] if place.legs < len(self.legs) else None
        at = f"unit {leg.units[place.units]}" if leg is not None and place.units < len(leg.units) else ""
        click.echo(f"\r\x1b[K{settings} {at}  {self._devices} found, {_time(left_s)} left", err=True, nl=False)

    def end(self, session: ScanSession, obstacle: Obstacle | None) -> None:
        """Print how the scan ended."""
        self.clear()
        devices, absent = len(session.record.found), session.missing if obstacle is None else []
        if self._json:
            _print_json(_Line(end=_End(obstacle is None, devices, obstacle, absent)))
            return
        for one in absent:
            click.secho(in_language(one.en, one.it), fg="yellow")
        if obstacle is not None:
            click.secho(in_language(obstacle.sentence.en, obstacle.sentence.it), fg="red")
        click.echo(_counted(devices))

    def clear(self) -> None:
        """Remove the progress from the terminal."""
        if self._shows_progress:
            click.echo("\r\x1b[K", err=True, nl=False)


@click.command()
@click.argument("target", metavar="PORT|HOST[:PORT]")
@click.option("--full/--quick", default=False, help="Try all settings and addresses, or common ones (default).")
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
    full: bool,
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
    line = _in_site(wanted, site)
    printer = _Printer(as_json=as_json)
    try:
        session = ScanSession(
            state or default_path(wanted.text, _state_folder()), wanted, profiles,
            site_line(line, {one.profile: one for one in profiles}), ScanWish(full, listed), printer,
        )  # fmt: skip
        if resume:
            session.resume()
        terms = ScanTerms(timeout_s or (REACTION_S if wanted.serial else _TCP_REACTION_S), listen_s, anyway, line.echo if line else False)
        printer.legs, printer.reaction_s = session.legs, terms.reaction_s
        sys.exit(_run(session, terms, printer, _resume_command(target, site, state)))
    except WireError as error:
        fail(f"{error}; {_ADVICE if wanted.serial else 'check the address, and the cable'}")
    except RecordError as error:
        fail(str(error))


_ADVICE = "check the cable, and stop the program that uses the port (a running gateway: systemctl stop street-gateway)"


def _run(session: ScanSession, terms: ScanTerms, printer: _Printer, resume: str) -> int:
    """Run a scan, and return the exit code."""
    printer.listening()
    try:
        obstacle = asyncio.run(session.run(terms))
    except KeyboardInterrupt:
        printer.clear()
        session.save()
        click.echo(f"gateway: stopped; go on with '{resume}'", err=True)
        return _STOPPED
    except WireError:
        printer.clear()
        if session.record.found:
            session.save()
            click.echo(f"gateway: the scan can go on with '{resume}'", err=True)
        raise
    printer.end(session, obstacle)
    return 1 if obstacle is not None or not session.record.found else 0


def _library() -> list[Profile]:
    library = ProfileLibrary()
    try:
        return [library.get(name) for name in library.names]
    except ConfigError as error:
        print_problems(error.problems)


def _in_site(target: ScanTarget, site: Path | None) -> LineSettings | None:
    """Return the line of the site file that is scanned."""
    if site is None:
        return None
    line = line_of(target, read_site(site).site.lines)
    if line is None:
        click.echo(f"{site} has no line at {target.text}; all devices are new", err=True)
    return line


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "street-gateway"


def _resume_command(target: str, site: Path | None, state: Path | None) -> str:
    options = [f"--site {site}"] if site else []
    options += [f"--state {state}"] if state else []
    return " ".join(["gateway scan", target, *options, "--resume"])


def _print_json(line: _Line) -> None:
    click.echo(msgspec.json.encode(line))


def _print_found(found: Found) -> None:
    at = "  ".join(
        part for part in (found.settings, f"{in_language('unit', 'unità')} {found.unit}" if found.unit is not None else "") if part
    )
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
    why = "; ".join(in_language(one.en, one.it) for one in candidate.reasons)
    if candidate.doubts:
        why += in_language(" — but ", " — ma ") + "; ".join(in_language(one.en, one.it) for one in candidate.doubts)
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
