"""Options and arguments that several commands share, each with one wording."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.cli.common import fail, in_language
from gateway.config.scalar_readers import InvalidScalar, duration, host_port
from gateway.model.instants import ms_of_iso

_Command = TypeVar("_Command", bound=Callable[..., Any])


class PastTime(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A time in the past, in milliseconds since 1970: how long ago (6h, 2d) or when (2026-11-26T18:00, in UTC if it names no zone)."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return milliseconds since 1970."""
        if isinstance(value, int):
            return value
        text = str(value)
        with contextlib.suppress(InvalidScalar):  # then it is an instant
            return time.time_ns() // 1_000_000 - int(1000 * duration(None, text))
        try:
            return ms_of_iso(text)
        except ValueError:
            self.fail(f"'{text}' is not a time; write how long ago (6h, 2d) or when (2026-11-26T18:00)", param, ctx)


class ListenAddress(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A host and a port (127.0.0.1:9275)."""

    name = "host:port"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it as it was written."""
        try:
            return host_port(str(value), str(value))
        except InvalidScalar as error:
            self.fail(f"{error.what}; {error.instead}", param, ctx)


class Seconds(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A duration (500ms, 30s, 5min), in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        try:
            return duration(str(value), str(value))
        except InvalidScalar as error:
            self.fail(f"{error.what}; {error.instead}", param, ctx)


def since(default: str | int | None = None) -> Callable[[_Command], _Command]:
    """Return the option `--since`, in milliseconds since 1970 as `since_ms`; it is required if there is no default."""
    # For click, a default of None is a default.
    how = {"required": True} if default is None else {"default": default, "show_default": isinstance(default, str)}
    what = "Start of the period: how long ago (6h, 2d) or when (2026-11-26T18:00, UTC)."
    return click.option("--since", "since_ms", type=PastTime(), help=what, **how)


SITE = click.argument("site", type=click.Path(path_type=Path, dir_okay=False))
DEVICE = click.argument("device")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BAUD = click.option("--baud", type=click.IntRange(300, 1_000_000), help="Baud rate of the line; by default, the profile's.")
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Also log messages for developers.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default="/",
    show_default=True,
    help="Folder of the system to change, for example a mounted image.",
)
PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File that contains only the passphrase, of mode 0600, instead of asking for it.",
)


def passphrase_of(file: Path | None, *, new: bool = False) -> str:
    """Return the passphrase of a backup, from a file or as typed; a new one is typed twice. End with exit code 1 if it can't be used."""
    from gateway.backup.sealed_file import SHORTEST_PASSPHRASE
    from gateway.host.files import SecretError, read_secret

    try:
        found = (
            read_secret(str(file))
            if file
            else click.prompt(in_language("passphrase", "passphrase"), hide_input=True, confirmation_prompt=new)
        )
    except SecretError as error:
        fail(str(error))
    if new and len(found) < SHORTEST_PASSPHRASE:
        fail(
            in_language(
                f"the passphrase is too short: {SHORTEST_PASSPHRASE} characters at least, for example four words",
                f"la passphrase è troppo corta: almeno {SHORTEST_PASSPHRASE} caratteri, per esempio quattro parole",
            )
        )
    return str(found)
