"""The operator's side of the file of alarms: what operators do is written for the role `alarms`, which applies it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.alarms.state import Action, Transition
from gateway.centre.alarms.file import AlarmFile


class AlarmsUnavailable(Exception):
    """The file of alarms is not on this machine, or can't be used."""


class AlarmDesk:
    """Uses the file for each request anew: the centre may make or replace it at any time.

    Every method raises AlarmsUnavailable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, action: Action, at_ms: int) -> None:
        """Have the centre do something with an alarm."""
        with self._opened() as file:
            file.ask(action, at_ms)

    def log(self, newest: int) -> list[Transition]:
        """Return what happened last to alarms, oldest first."""
        with self._opened() as file:
            return file.log(newest)

    def followed_ms(self) -> int | None:
        """Return when the role `alarms` last worked; None if it never did."""
        with self._opened() as file:
            return file.followed_ms()

    @contextmanager
    def _opened(self) -> Iterator[AlarmFile]:
        if not self._path.is_file():
            raise AlarmsUnavailable(f"{self._path} does not exist; the role 'alarms' of 'gateway central' makes it on its machine")
        try:
            file = AlarmFile(self._path)
            try:
                yield file
            finally:
                file.close()
        except (OSError, sqlite3.Error) as error:
            raise AlarmsUnavailable(f"can't use the alarms {self._path}: {error}") from error
