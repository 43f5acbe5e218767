"""What the `rollout` commands share."""

import contextlib
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from firmware_tools.rollout.state import Rollout
from gateway.centre.firmware.file import RequestVerb, RolloutFile
from gateway.cli.common import fail, in_language, read_centre
from gateway.config.problems import suggest
from gateway.config.site_file import CentreSite
from gateway.host import clock

BY = click.option("--by", required=True, help="Who does it: a role, such as 'control room'. It is shown with the roll-out.")
ROLLOUT = click.argument("rollout")

_ANSWERED_WITHIN_S, _LOOK_EVERY_S = 10.0, 0.1
_LONGEST_BY = 100


@contextlib.contextmanager
def opened(centre: CentreSite) -> Iterator[RolloutFile]:
    """Open the roll-outs of a centre; exit with an error message if the file can't be used."""
    path = Path(centre.settings.rollouts_path())
    if not path.is_file():
        fail(
            in_language(
                f"no roll-outs: {path} does not exist; the role 'firmware' of 'gateway central' makes it",
                f"nessuna distribuzione: {path} non esiste; lo crea il ruolo 'firmware' di 'gateway central'",
            )
        )
    try:
        file = RolloutFile(path)
    except (OSError, sqlite3.Error) as error:
        fail(f"can't open the roll-outs {path}: {error}")
    try:
        yield file
    except sqlite3.Error as error:
        fail(f"can't use the roll-outs {path}: {error}")
    finally:
        file.close()


def found(file: RolloutFile, rollout: str) -> Rollout:
    """Return a roll-out by its name, or exit with the most similar one."""
    one = file.get(rollout)
    if one is None:
        known = [each.id for each in file.load(100)]
        fail(
            in_language(f"unknown roll-out '{rollout}'", f"distribuzione '{rollout}' sconosciuta")
            + (f"; {suggest(rollout, known)}" if known else "")
        )
    return one


def answered(file: RolloutFile, number: int, within_s: float, progress: Callable[[], None] = lambda: None) -> bool:
    """Wait until the centre has done what was asked; exit with its sentence if it can't. Return whether it did it within a time."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        done, error = file.answer_to(number)
        if error is not None:
            fail(error)
        if done:
            return True
        progress()
        time.sleep(_LOOK_EVERY_S)
    return False


def do(site: Path, rollout: str, verb: RequestVerb, by: str) -> None:
    """Have the centre do something with a roll-out, and wait until it has."""
    with opened(read_centre(site)) as file:
        found(file, rollout)
        number = file.request(verb, rollout, checked_by(by), clock.now_ms())
        if not answered(file, number, _ANSWERED_WITHIN_S):
            say_later()
        state = found(file, rollout).state
    click.echo(f"{rollout}: {state}")


def start(file: RolloutFile, body: bytes, by: str) -> str:
    """Have the centre start a roll-out; return its name."""
    number = file.request("start", "", checked_by(by), clock.now_ms(), body)
    if not answered(file, number, _ANSWERED_WITHIN_S):
        say_later()
    return f"r{number}"


def checked_by(by: str) -> str:
    """Return who does it, or exit if that is no name."""
    if not by.strip() or len(by) > _LONGEST_BY:
        fail(f"--by needs 1 to {_LONGEST_BY} characters")
    return by.strip()


def say_later() -> None:
    """Say that nobody runs roll-outs now."""
    click.secho(
        in_language(
            "the role 'firmware' of 'gateway central' does not run: it will do this when it starts",
            "il ruolo 'firmware' di 'gateway central' non è in funzione: lo farà quando parte",
        ),
        fg="yellow",
        err=True,
    )


def with_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a decorator that adds options in the order in which they are shown."""
    return lambda function: functools.reduce(lambda made, option: option(made), reversed(options), function)
