"""What the commands of updates share: the place of the program, errors as sentences, and handing over to the old program."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gateway.cli.common import fail, in_language
from gateway.config.site_file import EdgeSite
from gateway.edge.technician import CONTROL_SOCKET
from gateway.host.files import require_own

if TYPE_CHECKING:
    from gateway.update.layout import UpdateLayout

FROM = click.option(
    "--from", "where", help="Folder or address with the same repository, for example a stick; by default, that of the site file."
)
TRUST_CLOCK = click.option("--trust-clock", is_flag=True, help="The clock of this machine is right: a person has looked at it.")
HOLD = click.option(
    "--hold", "hold_s", type=click.FloatRange(1, 3600), default=30, show_default=True, help="Seconds that the new version must run."
)


def layout_below(root: Path) -> "UpdateLayout":
    """Return where the program is; end with exit code 1 if this is not root."""
    from gateway.update.layout import UpdateLayout

    if os.geteuid() != 0:
        fail(in_language("only root can update the program: run it with sudo", "solo root può aggiornare il programma: usa sudo"))
    layout = UpdateLayout(root.resolve())
    with sentences():
        layout.state.mkdir(mode=0o755, parents=True, exist_ok=True)
        require_own(layout.state)
    return layout


def socket_of(edge: EdgeSite) -> Path:
    """Return the socket of the running gateway."""
    return edge.state / CONTROL_SOCKET


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """End with exit code 1 and a sentence if something can't be done."""
    from firmware_tools.repository.errors import RepositoryError
    from gateway.update.errors import UpdateError

    try:
        yield
    except (UpdateError, RepositoryError) as error:
        fail(in_language(error.english, error.italian))
    except OSError as error:
        fail(str(error))


def say(english: str, italian: str) -> None:
    """Print what is done."""
    click.echo(in_language(english, italian))


def hand_over(layout: "UpdateLayout", slot: str, site: Path, root: Path, hold_s: float) -> NoReturn:
    """Let the program of a slot finish the trial: it is not the one that is tried."""
    sys.stdout.flush()
    python = layout.python(slot)
    os.execv(python, [python, "-m", "gateway", "update", "finish", str(site), "--root", str(root), "--hold", str(hold_s)])  # noqa: S606 — a slot's own
