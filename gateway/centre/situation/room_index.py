"""What follows from all situations as they are: what is in the way of what, and when time does something. In memory."""

from collections.abc import Iterable

from gateway.centre.situation.settings import RoomRules
from gateway.situation.conflicts.comparison import Conflict
from gateway.situation.conflicts.finder import ConflictFinder
from gateway.situation.conflicts.footprint import Footprint, footprint_of
from gateway.situation.conflicts.savings import Opportunity
from gateway.situation.lifecycle.due import next_action
from gateway.situation.lifecycle.situation import Situation


class RoomIndex:
    """The places and due times of situations."""

    def __init__(self, rules: RoomRules, situations: Iterable[Situation] = ()) -> None:
        self._rules = rules
        self._finder = ConflictFinder(rules.conflicts)
        self._due_ms: dict[str, int] = {}
        for situation in situations:
            self.put(situation)

    def put(self, situation: Situation) -> None:
        """Remember what a situation occupies, and when something is due."""
        footprint = self._footprint(situation)
        if footprint is None:
            self._finder.remove(situation.id)
        else:
            self._finder.put(footprint)
        due = next_action(situation, self._rules.times, self._rules.parties)
        if due is None:
            self._due_ms.pop(situation.id, None)
        else:
            self._due_ms[situation.id] = due.at_ms

    def due(self, now_ms: int) -> list[str]:
        """Return the situations with which time does something now, in the order of their names."""
        return sorted(name for name, at_ms in self._due_ms.items() if at_ms <= now_ms)

    def next_due_ms(self) -> int | None:
        """Return when time does something next; None if it never does."""
        return min(self._due_ms.values(), default=None)

    def conflicts_of(self, situation: Situation) -> list[Conflict]:
        """Return what is in the way of a situation."""
        footprint = self._footprint(situation)
        return [] if footprint is None else self._finder.conflicts_of(footprint)

    def opportunities_of(self, situation: Situation) -> list[Opportunity]:
        """Return with whom the owner of a situation could dig together."""
        footprint = self._footprint(situation)
        return [] if footprint is None else self._finder.opportunities_of(footprint)

    def _footprint(self, situation: Situation) -> Footprint | None:
        return footprint_of(situation, self._rules.times.zone, self._rules.conflicts.no_dig_years)
