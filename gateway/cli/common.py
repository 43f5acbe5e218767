"""Functions that several commands share: loading files, printing tables, running until a signal."""

import asyncio
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Container, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gateway.config.problems import ConfigError, Problem, suggest
from gateway.config.profile_library import ProfileLibrary, load_profile
from gateway.config.site_file import CentreSite, EdgeSite, LoadedSite, load_site
from gateway.host import logs
from gateway.host.files import SecretError
from gateway.host.http_server import ListenError
from gateway.host.stopping import stop_at_signals
from gateway.model.instants import iso_utc
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings

if TYPE_CHECKING:
    from gateway.fieldbus.binding.bound_device import BoundDevice

NAMES = "'gateway profiles list' lists the known ones"


def fail(sentence: str) -> NoReturn:
    """Print an error, after the name of the program, and end with exit code 1."""
    context = click.get_current_context(silent=True)
    click.echo(f"{context.find_root().command.name if context else 'gateway'}: {sentence}", err=True)
    sys.exit(1)


def print_problems(problems: Iterable[Problem]) -> NoReturn:
    """Print the problems of a file and end with exit code 1."""
    for problem in problems:
        click.echo(said_problem(problem), err=True)
    sys.exit(1)


def said_problem(problem: Problem) -> str:
    """Return a problem as a line of text, in the language of the terminal."""
    return in_language(str(problem), str(problem.in_italian()))


def columns(rows: Sequence[Sequence[str]], right: Container[int] = (), red: Container[tuple[int, int]] = ()) -> list[str]:
    """Return rows as aligned text; the columns in `right` are right-aligned, the cells (row and column) in `red` are red."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def cell(number: int, column: int, text: str) -> str:
        aligned = f"{text:>{widths[column]}}" if column in right else f"{text:<{widths[column]}}"
        return click.style(aligned, fg="red") if (number, column) in red else aligned

    return ["  ".join(cell(number, column, text) for column, text in enumerate(row)).rstrip() for number, row in enumerate(rows)]


def when(t_ms: int | None) -> str:
    """Return an instant as text, in UTC to the second; '-' for None."""
    return "-" if t_ms is None else iso_utc(t_ms, "seconds")


def find_device(loaded: LoadedSite, device: str) -> "tuple[LineSettings, BoundDevice]":
    """Return a device of the site and its line, or end with exit code 1 and the most similar name."""
    from gateway.fieldbus.binding.binder import Binder
    from gateway.fieldbus.line_factory import bound_devices

    known = []
    for line in loaded.site.lines:
        for bound in bound_devices(line, Binder(loaded.site.assets), loaded.profiles):
            if bound.id == device:
                return line, bound
            known.append(bound.id)
    return fail(f"unknown device '{device}'; {suggest(device, known)}")


def read_site(path: Path) -> LoadedSite:
    """Load a site file, or print its problems and end with exit code 1."""
    try:
        return load_site(path)
    except ConfigError as error:
        print_problems(error.problems)


def read_edge(path: Path) -> EdgeSite:
    """Return the edge gateway that a site file describes, or end with exit code 1."""
    edge = read_site(path).edge
    if edge is None:
        fail(f"{path} does not describe a gateway: add 'operator:', 'gateway:' and 'uplink:' ('gateway central' runs a centre)")
    return edge


def read_centre(path: Path) -> CentreSite:
    """Return the centre that a site file describes, or end with exit code 1."""
    centre = read_site(path).centre
    if centre is None:
        fail(f"{path} does not describe a centre: add 'centre:'")
    return centre


def read_profile(name: str) -> Profile:
    """Load a profile by its name in the library or from a file, or print its problems and end with exit code 1."""
    library = ProfileLibrary()
    try:
        if name.endswith((".yaml", ".yml")):
            return load_profile(Path(name))
        if name not in library.names:
            fail(f"unknown profile '{name}'; {suggest(name, library.names, otherwise=NAMES)}")
        return library.get(name)
    except ConfigError as error:
        print_problems(error.problems)


def in_language(english: str, italian: str) -> str:
    """Return the text in the language of the terminal: Italian or English."""
    given = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return italian if given.lower().startswith("it") else english


def gateway_failed(error: Exception) -> str:
    """Return the sentence about a fault of this program, which is no fault of the line or its devices."""
    return in_language(
        f"the gateway failed: {error}; please report it, with the site file",
        f"errore interno del gateway: {error}; segnalalo, con il file del sito",
    )


def run_until_signalled(
    work: Callable[[asyncio.Event], Coroutine[None, None, None]], *, verbose: bool = False, within_s: float | None = None
) -> None:
    """Run a service until SIGTERM or SIGINT, and end the process `within_s` seconds after that, whatever hangs.

    Errors that an operator can fix end it with a message and exit code 1, without a traceback.
    """
    logs.set_up(verbose=verbose)

    async def serve() -> None:
        stop = asyncio.Event()
        with stop_at_signals(stop, within_s):
            await work(stop)

    try:
        _run(serve())
    except (SecretError, ListenError, OSError, sqlite3.Error) as error:
        logging.getLogger("gateway").error("%s", error)  # noqa: TRY400 — a sentence for the operator
        sys.exit(1)


def _run(main: Coroutine[None, None, None]) -> None:
    try:
        import uvloop  # optional: halves the cost of the poll loop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
