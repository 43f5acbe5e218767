"""What the commands about repositories share: the folder, the keys with their passphrases, errors as sentences."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from firmware_tools.repository.errors import RepositoryError
from gateway.cli.common import fail, in_language
from gateway.cli.options import passphrase_of

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
KEYS = click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the offline keys, for example on a stick.",
)

WHERE = click.argument("where")
ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The root.json to trust; of a folder, by default the first one in it.",
)

_DAY_MS = 86_400_000

WARN_DAYS = {"root": 60, "targets": 60, "snapshot": 7, "timestamp": 4}
"""For how many days the metadata of a role must still be good, unless a command is to warn: people travel to offline keys."""


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """End with exit code 1 and a sentence if something can't be done."""
    try:
        yield
    except RepositoryError as error:
        fail(in_language(error.english, error.italian))
    except OSError as error:
        fail(str(error))


def now() -> datetime:
    """Return the time of this machine, to the second as metadata has it."""
    return datetime.now(UTC).replace(microsecond=0)


def now_ms() -> int:
    """Return the time of this machine in milliseconds since 1970."""
    return int(now().timestamp() * 1000)


def asked_passphrase(file: Path | None) -> Callable[[Path], str]:
    """Return what gives the passphrase of a key: one from a file for all keys, or one that is asked for each."""

    def given(key: Path) -> str:
        if file is None:
            click.echo(f"{key}:", err=True)
        return passphrase_of(file)

    return given


def days_left(expires_ms: int) -> int:
    """Return for how many whole days something is good; negative if it has expired."""
    return (expires_ms - now_ms()) // _DAY_MS


def expiry_warning(role: str, expires_ms: int) -> str | None:
    """Return the sentence about metadata that expires soon or has expired, with what to do; None if there is time."""
    left = days_left(expires_ms)
    if left >= WARN_DAYS[role]:
        return None
    what = "'firmware repo publish'" if role in {"snapshot", "timestamp"} else f"'firmware repo renew … {role}', sign, publish"
    if left < 0:
        return in_language(
            f"{role} has expired: gateways refuse the repository; {what}", f"{role} è scaduto: i gateway rifiutano il repository; {what}"
        )
    return in_language(f"{role} expires in {left} days: {what}", f"{role} scade fra {left} giorni: {what}")
