"""Options of the commands of trust, and errors that end them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.trust.authority import TrustError
from gateway.trust.enrolment import LARGEST_FILE, EnrolmentFile, UnreadableFile, parse
from gateway.trust.identity import IdentityError
from gateway.trust.openssl import OpensslError

AUTHORITY = click.argument("folder", metavar="AUTHORITY", type=click.Path(path_type=Path, file_okay=False))
FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="/var/lib/street-gateway/identity",
    show_default=True,
    help="Folder of the gateway's identity.",
)
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
DAYS = click.IntRange(1, 3650)


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """End the command with a sentence and exit code 1 when what it does fails."""
    try:
        yield
    except (TrustError, IdentityError, OpensslError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


def read_file(path: Path) -> bytes:
    """Return the content of a file that may come from anywhere, but no more than is needed to see that it is too large."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def parsed(path: Path) -> EnrolmentFile:
    """Return what a file of an enrolment contains, or end with exit code 1."""
    try:
        return parse(read_file(path))
    except UnreadableFile as error:
        fail(f"{path} {error}")
