"""Every situation as it is, in memory: lists with filters and streams of changes read it many times a second."""

from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.centre.situation.port import SituationStore
from gateway.situation.conflicts.shape import Box, shape_of
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import span_of

_AT_ONCE = 500
"""Entries of the history that are read at once."""


class PresentSituation(NamedTuple):
    """A situation, the rectangle around it if it is drawn, and its time as far as is known."""

    situation: Situation
    box: Box | None
    span: Interval


class PresentSituations:
    """The situations of a store. `refresh` makes them those of now, whatever process has changed them."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._found: dict[str, PresentSituation] = {}
        self._names: list[str] = []
        self._is_loaded = False
        self.number = 0
        """That of the last entry of the history that they follow from."""

    def refresh(self, store: SituationStore) -> None:
        """Read what was done since the last time; the first time, everything.

        Raises:
            SituationsUnavailable: The store can't be used.
        """
        if not self._is_loaded:
            number = store.newest()
            for situation in store.present():
                self._put(situation)
            self.number, self._is_loaded = number, True
        while entries := store.since(self.number, _AT_ONCE):
            for number, recorded in entries:
                self._put(recorded.situation)
                self.number = number

    def get(self, situation: str) -> PresentSituation | None:
        """Return a situation; None if there is none of that name."""
        return self._found.get(situation)

    def after(self, name: str) -> Iterator[PresentSituation]:
        """Yield the situations whose names come after one, in the order of their names."""
        for position in range(bisect_right(self._names, name), len(self._names)):
            yield self._found[self._names[position]]

    def _put(self, situation: Situation) -> None:
        before = self._found.get(situation.id)
        if before is None:
            insort(self._names, situation.id)
        elif before.situation.revision >= situation.revision:
            return
        box = None if situation.geometry is None else shape_of(situation.geometry).box
        self._found[situation.id] = PresentSituation(situation, box, span_of(situation.content.timing, self._zone))
