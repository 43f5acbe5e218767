"""`gateway scan`: what is on a serial port or behind a TCP endpoint, and what product it is."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from gateway.cli.common import fail, in_language, print_problems, read_site
from gateway.cli.options import JSON, Seconds
from gateway.cli.scan_output import ScanPrinter
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import LoadedSite, load_site
from gateway.host.stopping import stop_at_signals
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.italian import in_italian
from gateway.provision.scan.events import ScanEnd
from gateway.provision.scan.known import site_line
from gateway.provision.scan.plan import usual_reaction_s
from gateway.provision.scan.ports import real_port
from gateway.provision.scan.record import RecordError, default_path
from gateway.provision.scan.scanner import ScanTerms
from gateway.provision.scan.session import ScanSession, ScanWish
from gateway.provision.scan.target import ScanTarget, line_of, target_of, units_of

if TYPE_CHECKING:
    from gateway.web.technician.scan_routes import ScanAsk

_END_S = 15.0
"""After a stop, the process ends within so long, whatever hangs."""

_INSTALLED = Path("/etc/street-gateway/site.yaml")
"""The site file of the gateway that runs as a service."""

_STOPPED = 130
"""The exit code after Ctrl-C, as in shells."""


@click.command()
@click.argument("target", metavar="PORT|HOST[:PORT]")
@click.option("--rtu-over-tcp", is_flag=True, help="HOST:PORT is a serial device server that passes Modbus RTU.")
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
    rtu_over_tcp: bool,
    anyway: bool,
    resume: bool,
    as_json: bool,
) -> None:
    r"""Find the devices on a serial port, or behind a Modbus TCP endpoint, and identify their products.

    Tries serial settings and addresses, the commonest first, and prints each device as it is found. Sends nothing but reads,
    and nothing at all on a line on which somebody else sends. A line that the running gateway polls is scanned by it, between its
    polls. Ctrl-C stops it; --resume goes on. --json prints one JSON
    object on each line: found, also_at, and in the end, end. Exits with 1 if nothing was found.

    \b
    gateway scan /dev/ttyUSB0
    gateway scan /dev/ttyUSB0 --full --units 1-247 --site site.yaml
    gateway scan /dev/ttyUSB0 --resume
    gateway scan 192.0.2.10 --json
    gateway scan 192.0.2.11:4001 --rtu-over-tcp
    """
    try:
        wanted = target_of(target, rtu=rtu_over_tcp)
        listed = units_of(units) if units else None
    except ValueError as error:
        fail(in_language(str(error), in_italian(error)))
    asked = _Asked(wanted, site, state, ScanWish(full, listed), ScanTerms(timeout_s or 0.0, listen_s, anyway), resume)
    end = asyncio.run(_scan(asked, ScanPrinter(as_json=as_json)))
    if end.problem is not None and not end.devices:
        fail(f"{in_language(end.problem, end.problem_it or end.problem)}; {in_language(*(_ADVICE if wanted.serial else _ADVICE_TCP))}")
    if end.stopped or end.problem is not None:
        again = _resume_command(target, site, state, rtu=rtu_over_tcp)
        problem = end.problem or ""
        what = in_language("stopped", "fermata") if end.stopped else in_language(problem, end.problem_it or problem)
        after = "" if end.stopped else in_language(" when it works again,", " quando funziona di nuovo,")
        click.echo(f"gateway: {what};{after} {in_language('go on with', 'riprendi con')} '{again}'", err=True)
        sys.exit(_STOPPED if end.stopped else 1)
    sys.exit(1 if end.obstacle is not None or not end.devices else 0)


class _Asked(NamedTuple):
    """What is to be scanned, and how; a reaction time of 0 is the usual one."""

    target: ScanTarget
    site: Path | None
    record: Path | None
    wish: ScanWish
    terms: ScanTerms
    resume: bool


async def _scan(asked: _Asked, printer: ScanPrinter) -> ScanEnd:
    """Scan until it has ended or is stopped. A stop counts from here on, whatever is under way."""
    stop = asyncio.Event()
    with stop_at_signals(stop, _END_S):
        loaded = _site(asked.site)
        line = line_of(asked.target, loaded.site.lines, real_port) if loaded is not None else None
        if loaded is not None and loaded.edge is not None and line is not None:
            from gateway.cli.local import find
            from gateway.cli.scan_by_gateway import scan_by_gateway

            local = find(loaded.edge)
            if local is not None:
                if asked.record is not None:
                    fail(
                        in_language(
                            "--state: the running gateway keeps the record of its scans; leave out --state",
                            "--state: il gateway attivo conserva da sé le sue scansioni; togli --state",
                        )
                    )
                return await scan_by_gateway(local, _ask(asked), printer, stop)
        return await _scan_here(asked, loaded if asked.site is not None else None, line, printer, stop)


async def _scan_here(
    asked: _Asked, loaded: LoadedSite | None, line: LineSettings | None, printer: ScanPrinter, stop: asyncio.Event
) -> ScanEnd:
    """Scan in this process, and compare with a site file if one was named."""
    profiles, target, compared = _library(), asked.target, None
    if loaded is not None:
        profiles |= loaded.profiles
        compared = site_line(line, profiles)
        if line is None:
            english = f"{asked.site} has no line at {target.text}; all devices are new"
            click.echo(in_language(english, f"{asked.site} non ha una linea su {target.text}; tutti i dispositivi sono nuovi"), err=True)
    path = asked.record or default_path(target.text, _state_folder())
    terms = asked.terms._replace(reaction_s=asked.terms.reaction_s or usual_reaction_s(target), echo=line.echo if line else False)
    try:
        session = ScanSession(path, target, list(profiles.values()), compared, asked.wish, printer.show)
        if asked.resume:
            session.resume()
        printer.listening()
        return await session.run(terms, stop)
    except RecordError as error:
        fail(str(error))


_ADVICE = (
    "check the cable, and stop the program that uses the port; to scan a line that a running gateway polls, name its site file (--site)",
    "controlla il cavo, e ferma il programma che usa la porta; per cercare su una linea del gateway attivo, indica il suo file (--site)",
)
_ADVICE_TCP = ("check the address, and the cable", "controlla l'indirizzo e il cavo")


def _ask(asked: _Asked) -> "ScanAsk":
    """Return what the running gateway is asked to do."""
    from gateway.web.technician.scan_routes import ScanAsk

    target, terms, units = asked.target, asked.terms, asked.wish.units
    return ScanAsk(
        target=target.text,
        rtu_over_tcp=target.rtu,
        full=asked.wish.full,
        units=",".join(map(str, units)) if units is not None else None,
        listen_s=terms.listen_s,
        timeout_s=terms.reaction_s or None,
        anyway=terms.anyway,
        resume=asked.resume,
    )


def _site(path: Path | None) -> LoadedSite | None:
    """Return the site file that was named, else the one of the gateway that is installed here, if there is one and it is valid."""
    if path is not None:
        return read_site(path)
    if not os.access(_INSTALLED, os.R_OK):
        return None
    try:
        return load_site(_INSTALLED)
    except ConfigError:
        return None


def _library() -> dict[str, Profile]:
    library = ProfileLibrary()
    try:
        return {name: library.get(name) for name in library.names}
    except ConfigError as error:
        print_problems(error.problems)


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "street-gateway"


def _resume_command(target: str, site: Path | None, state: Path | None, *, rtu: bool) -> str:
    options = ["--rtu-over-tcp"] if rtu else []
    options += [f"--site {site}"] if site else []
    options += [f"--state {state}"] if state else []
    return " ".join(["gateway scan", target, *options, "--resume"])
