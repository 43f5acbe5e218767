"""What the commands of `gateway provision` share: causes on the terminal, and changes of the site file."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.common import fail, gateway_failed, in_language, print_problems, read_edge
from gateway.cli.local import LocalError, find
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import LoadedSite
from gateway.config.text_file import read_text
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.commission.site_change import SiteChange, site_change
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.diagnosis.device_check import CheckedValue
from gateway.provision.diagnosis.line_check import LineVerdict, check_line
from gateway.provision.diagnosis.survey import SurveyTerms
from gateway.provision.findings import Sentence
from gateway.staging.configuration import Configuration, Terms
from gateway.staging.ledger import ChangeRefused
from gateway.staging.store import LedgerDamaged
from gateway.web.technician.config_routes import StagedText, StagedView, TrialView, WantedChange

GATEWAY_S = 150.0
"""How long a running gateway may take: more than a line is lent for, and than a loan waits after another."""

_PORT = Sentence(
    "stop the program that uses the port (a running gateway: systemctl stop street-gateway), or check the cable",
    "ferma il programma che usa la porta (se è il gateway: systemctl stop street-gateway), o controlla il cavo",
)
_COLOURS = {"certain": "red", "likely": "red", "possible": "yellow"}
_CERTAINTIES = {"certain": ("certain", "certo"), "likely": ("likely", "probabile"), "possible": ("possible", "possibile")}


def library_with(profiles: dict[str, Profile]) -> list[Profile]:
    """Return the library, and the profiles of a site."""
    library = ProfileLibrary()
    return list(({name: library.get(name) for name in library.names} | profiles).values())


def checked(line: LineSettings, devices: Sequence[BoundDevice], library: Sequence[Profile], terms: SurveyTerms) -> LineVerdict:
    """Check a line, or end with exit code 1 if it can't be used."""
    try:
        return asyncio.run(check_line(line, devices, library, terms, clock.now_ms))
    except WireError as error:
        named = in_language("line", "linea")
        fail(f"{named} '{line.id}': {in_language(str(error), error.italian)}; {in_terminal_language(_PORT)}")
    except DriverFault as error:
        fail(gateway_failed(error))


def in_terminal_language(sentence: Sentence) -> str:
    """Return a sentence in the language of the terminal."""
    return in_language(sentence.en, sentence.it)


def print_causes(causes: Sequence[Cause]) -> None:
    """Print causes, the likeliest first, with what to do and why."""
    for one in causes:
        certainty = in_language(*_CERTAINTIES[one.certainty])
        click.secho(f"{one.where}: {in_terminal_language(one.sentence)} ({certainty})", fg=_COLOURS[one.certainty], bold=True)
        click.echo(f"    {in_terminal_language(one.todo)}")
        for reason in one.reasons:
            click.echo(f"    {in_language('seen', 'visto')}: {in_terminal_language(reason)}")
        click.echo(f"    {in_language('tells it apart', 'si riconosce')}: {in_terminal_language(one.apart)}")


def print_values(values: Sequence[CheckedValue]) -> None:
    """Print the values of a device."""
    for one in values:
        unit = "" if one.unit in (None, "1") else str(one.unit)
        value = "-" if one.value is None else f"{one.value:.6g}" if isinstance(one.value, float) else str(one.value)
        click.secho(f"    {one.field:<28} {value:>12} {unit:<14} {one.quality}".rstrip(), fg=None if one.quality == "Good" else "yellow")


def confirm(question: Sentence, *, yes: bool) -> None:
    """Ask whether to go on, or end with exit code 1; without a terminal, only `--yes` does."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail(in_language("nothing was done; write --yes to go on without a question", "nulla è stato fatto; scrivi --yes per procedere"))
    click.confirm(in_terminal_language(question), abort=True)


def changed(loaded: LoadedSite, old: str, new: str) -> SiteChange:
    """Return a change of the site file, or print the problems that it would cause and end with exit code 1."""
    try:
        return site_change(loaded, old, new)
    except ConfigError as error:
        print_problems(error.problems)


def print_change(change: SiteChange) -> None:
    """Print what differs, and how the load of the lines changes."""
    for line in change.difference.splitlines()[2:]:
        click.secho(line, fg={"+": "green", "-": "red"}.get(line[:1]))
    for load in change.loads:
        shares = [
            in_language("unknown", "sconosciuto") if one is None else f"{100 * one:.1f} %" for one in (load.before or 0.0, load.after)
        ]
        click.echo(
            in_language(
                f"load of line {load.line}: {shares[0]} → {shares[1]}", f"carico della linea {load.line}: {shares[0]} → {shares[1]}"
            )
        )
        for remedy in load.remedies:
            click.secho(f"    {in_terminal_language(remedy)}", fg="yellow")


def write_site(path: Path, old: str, change: SiteChange) -> None:
    """Change the site file if nobody else has changed it meanwhile: through the running gateway, on trial, else for good."""
    edge = read_edge(path)
    local = find(edge)
    try:
        if read_text(path) != old:
            fail(in_language(f"{path} was changed meanwhile: try again", f"{path} è stato modificato nel frattempo: riprova"))
        if local is not None:
            staged = local.post("/api/config/stage", StagedText(change.text), StagedView)
            if staged.problems:
                fail("; ".join(f"{one.what}; {one.instead}" for one in staged.problems))
            minutes = f"{local.post('/api/config/apply', WantedChange(''), TrialView).left_s / 60:.0f}"
            done = Sentence(
                f"applied on trial: confirm it with 'gateway config confirm {path}' within {minutes} minutes, or it is undone",
                f"applicata in prova: confermala con 'gateway config confirm {path}' entro {minutes} minuti, o sarà annullata",
            )
        else:
            configuration = Configuration(path, edge.state)
            configuration.recover()
            configuration.apply(change.text, Terms("technician", "", confirms="nothing"))
            done = Sentence(f"{path} is written; no gateway runs", f"{path} scritto; nessun gateway è attivo")
    except ChangeRefused as error:
        fail(in_language(str(error), error.it))
    except (LocalError, LedgerDamaged, OSError) as error:
        fail(f"{path} can't be changed: {error}")
    click.echo(in_terminal_language(done), err=True)
