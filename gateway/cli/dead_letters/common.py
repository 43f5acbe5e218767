"""What the commands about dead letters share."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gateway.centre.dead_letters import DeadLetters, Letter
from gateway.cli.common import fail
from gateway.model.site import CentreSettings

NUMBERS = click.argument("numbers", type=click.IntRange(1), nargs=-1)
ALL = click.option("--all", "every", is_flag=True, help="All that there are.")


@contextlib.contextmanager
def opened(centre: CentreSettings) -> Iterator[DeadLetters]:
    """Open the centre's dead letters, or end with a sentence."""
    path = Path(centre.dead_letters_path())
    if not path.exists():
        fail(f"there are no dead letters: {path} does not exist")
    try:
        letters = DeadLetters(path)
    except (OSError, sqlite3.Error) as error:
        fail(f"the dead letters {path} can't be read: {error}")
    try:
        yield letters
    except sqlite3.Error as error:
        fail(f"the dead letters {path} can't be used: {error}")
    finally:
        letters.close()


def chosen(letters: DeadLetters, numbers: Sequence[int], *, every: bool) -> list[Letter]:
    """Give the letters that a command names, or end with the number that there is none of."""
    if every == bool(numbers):
        fail("name the letters by their numbers, or say --all")
    if every:
        return letters.letters()
    found = [(number, letters.one(number)) for number in numbers]
    missing = [str(number) for number, letter in found if letter is None]
    if missing:
        fail(f"there is no letter {', '.join(missing)}; 'gateway dead-letters list' shows those that there are")
    return [letter for _, letter in found if letter is not None]
