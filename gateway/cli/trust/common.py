"""Options of the commands of trust, and errors that end them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.common import fail, in_language
from gateway.trust.authority import TrustError
from gateway.trust.broker_files import ReloadError, reload_broker
from gateway.trust.enrolment import LARGEST_FILE, EnrolmentFile, UnreadableFile, parse
from gateway.trust.identity import IdentityError
from gateway.trust.openssl import OpensslError


class BrokerProcess(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """The broker to reload: a process id, or `systemd`."""

    name = "PID|systemd"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what was given."""
        if value != "systemd" and not (value.isascii() and value.isdigit()):
            self.fail(
                in_language(
                    f"'{value}' is no process id; write a number, or systemd",
                    f"'{value}' non è un numero di processo; scrivi un numero, o systemd",
                ),
                param,
                ctx,
            )
        return value


AUTHORITY = click.argument("folder", metavar="AUTHORITY", type=click.Path(path_type=Path, file_okay=False))
FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="/var/lib/street-gateway/identity",
    show_default=True,
    help="Folder of the gateway's identity.",
)
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
RELOAD = click.option(
    "--reload",
    "broker",
    metavar="PID|systemd",
    type=BrokerProcess(),
    help="Then make mosquitto read its files again. Nobody who stays is disconnected.",
)
DAYS = click.IntRange(1, 3650)


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """End the command with a sentence and exit code 1 when what it does fails."""
    try:
        yield
    except (IdentityError, TrustError, ReloadError) as error:
        fail(in_language(str(error), error.italian))
    except OpensslError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or in_language('a file', 'un file')}: {error.strerror or error}")


def reloaded(broker: str | None) -> None:
    """Make mosquitto read its files again, if that was asked for; else say how.

    Raises:
        ReloadError: It can't be reached.
    """
    if broker is None:
        click.echo(in_language("next: systemctl reload mosquitto", "poi: systemctl reload mosquitto"))
        return
    reload_broker(broker)
    click.echo(in_language("reloaded: mosquitto", "ricaricato: mosquitto"))


def read_file(path: Path) -> bytes:
    """Return the content of a file that may come from anywhere, but no more than is needed to see that it is too large."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def parsed(path: Path) -> EnrolmentFile:
    """Return what a file of an enrolment contains, or end with exit code 1."""
    try:
        return parse(read_file(path))
    except UnreadableFile as error:
        fail(in_language(f"{path} {error}", f"{path} non è un file di una registrazione: {error}"))
