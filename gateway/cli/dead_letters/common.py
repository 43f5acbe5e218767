"""What the `dead-letters` commands share."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gateway.centre.dead_letters import DeadLetters, Letter
from gateway.cli.common import fail
from gateway.model.site.centre import CentreSettings

NUMBERS = click.argument("numbers", type=click.IntRange(1), nargs=-1)
ALL = click.option("--all", "every", is_flag=True, help="All dead letters.")


@contextlib.contextmanager
def opened(centre: CentreSettings) -> Iterator[DeadLetters]:
    """Open the centre's dead letters; exit with an error message if the file can't be used."""
    path = Path(centre.dead_letters_path())
    if not path.exists():
        fail(f"no dead letters: {path} does not exist")
    try:
        letters = DeadLetters(path)
    except (OSError, sqlite3.Error) as error:
        fail(f"can't open the dead letters {path}: {error}")
    try:
        yield letters
    except sqlite3.Error as error:
        fail(f"can't use the dead letters {path}: {error}")
    finally:
        letters.close()


def chosen(letters: DeadLetters, numbers: Sequence[int], *, every: bool) -> list[Letter]:
    """Return the letters that a command names; exit with an error message if one does not exist."""
    if every == bool(numbers):
        fail("give the numbers of letters, or --all")
    if every:
        return letters.letters()
    found = [(number, letters.get(number)) for number in numbers]
    missing = [str(number) for number, letter in found if letter is None]
    if missing:
        fail(f"no dead letter {', '.join(missing)}; 'gateway dead-letters list' lists them")
    return [letter for _, letter in found if letter is not None]
