"""What the commands of `gateway config` share: where the configuration is, and how differences are printed."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import click

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.local import LocalError
from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import EdgeSite, LoadedSite
from gateway.config.text_file import read_text
from gateway.edge.configuration.live import difference_view, problem_view
from gateway.host.files import require_own
from gateway.staging.checks import loaded_gateway
from gateway.staging.configuration import Configuration
from gateway.staging.difference import differences
from gateway.staging.ledger import ChangeRefused
from gateway.staging.store import LedgerDamaged
from gateway.web.technician.config_routes import DifferenceView, ProblemView


class Target:
    """The configuration of a site file, for commands that run beside a gateway or without one.

    Ends with exit code 1 if the site file can't be read or describes no gateway.
    """

    def __init__(self, site: Path) -> None:
        self.file = site
        self.edge: EdgeSite = read_edge(site)
        self.configuration = Configuration(site, self.edge.state)


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """Print what goes wrong as a sentence, and end with exit code 1."""
    try:
        yield
    except ChangeRefused as error:
        fail(in_language(str(error), error.it))
    except (LocalError, LedgerDamaged, OSError) as error:
        fail(str(error))
    except ConfigError as error:
        print_refused(map(problem_view, error.problems))


def new_text(path: Path) -> str:
    """Return the text of a new configuration, or print why it can't be read and end with exit code 1."""
    with failing():
        return read_text(path)


def checked(text: str, name: Path) -> LoadedSite:
    """Return the gateway that a text describes, or print its problems and end with exit code 1."""
    try:
        return loaded_gateway(text, str(name))
    except ConfigError as error:
        print_refused(map(problem_view, error.problems), str(name))


def difference_views(before: LoadedSite, after: LoadedSite) -> list[DifferenceView]:
    """Return what differs between two sites."""
    return [difference_view(one) for one in differences(before.site, after.site)]


def require_folder(target: Target) -> None:
    """Check that this user may change the files of the configuration.

    Raises:
        OSError: It may not.
    """
    require_own(target.edge.state, target.file)


def print_differences(found: Iterable[DifferenceView]) -> None:
    """Print differences as sentences."""
    colours = {"added": "green", "removed": "red", "changed": "yellow"}
    for one in found:
        click.secho(in_language(one.en, one.it), fg=colours[one.what])


def print_refused(problems: Iterable[ProblemView], name: str = "the configuration") -> NoReturn:
    """Print why a text can't be applied, and end with exit code 1."""
    for one in problems:
        problem = Problem(name, one.line, one.column, in_language(one.what, one.what_it), in_language(one.instead, one.instead_it))
        click.echo(str(problem), err=True)
    raise SystemExit(1)
