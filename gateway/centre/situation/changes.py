"""What changes for one recipient, for streams and webhooks: always the situation as it is, never a version that it may not see any more.

Whoever comes back after a while is sent each situation that has changed, not each of its versions.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from gateway.centre.situation.port import SituationStore
from gateway.centre.situation.present import PresentSituations
from gateway.situation.audience import seen_by
from gateway.situation.event.document import SituationFeature
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.private_layer import NearFeature

AT_ONCE = 100
"""Entries of the history in one batch."""

Exercises = Literal["exclude", "include", "only"]
"""What a recipient wants of tests and exercises."""


class SituationChange(NamedTuple):
    """A situation that has changed for a recipient: what it may see of it now; None if it may see nothing, or wants nothing any more.

    `number` is that of the last entry of the history that it follows from. `near` is what the recipient owns near it, if it was looked for.
    """

    number: int
    situation: str
    seen: SituationFeature | None
    near: tuple[NearFeature, ...] = ()


class ChangeBatch(NamedTuple):
    """Changes, and the number after which the next batch begins."""

    last: int
    changes: list[SituationChange]


class _Step(NamedTuple):
    """An entry of the history: the situation before and after it."""

    number: int
    before: Situation | None
    after: Situation


class ChangeReader:
    """Reads changes for any number of recipients. Those who follow the newest entries share one read of them."""

    def __init__(self, present: PresentSituations, parties: Parties) -> None:
        self._present, self._parties = present, parties
        self._number, self._steps = -1, list[_Step]()

    def read(self, store: SituationStore, recipient: str | None, number: int, exercises: Exercises) -> ChangeBatch:
        """Return what has changed for a recipient after an entry of the history.

        Raises:
            SituationsUnavailable: The store can't be used.
        """
        steps = self._steps_after(store, number)
        if not steps:
            return ChangeBatch(number, [])
        self._present.refresh(store)
        see = self._sight(recipient, exercises)
        found: dict[str, SituationChange] = {}
        had: dict[str, SituationFeature | None] = {}
        for step in steps:
            name, before = step.after.id, None if step.before is None else see(step.before)
            had.setdefault(name, before)
            if before != see(step.after):
                present = self._present.get(name)
                seen = None if present is None else see(present.situation)
                found.pop(name, None)
                found[name] = SituationChange(step.number, name, seen)
        return ChangeBatch(steps[-1].number, [one for one in found.values() if one.seen != had[one.situation]])

    def _sight(self, recipient: str | None, exercises: Exercises) -> Callable[[Situation], SituationFeature | None]:
        def see(situation: Situation) -> SituationFeature | None:
            return seen_by(situation, recipient, self._parties) if is_wanted(situation, exercises) else None

        return see

    def _steps_after(self, store: SituationStore, number: int) -> list[_Step]:
        if self._number == number and self._steps:
            return self._steps
        steps = []
        for entry, recorded in store.since(number, AT_ONCE):
            after = recorded.situation
            before = store.of_revision(after.id, after.revision - 1)
            steps.append(_Step(entry, None if before is None else before.recorded.situation, after))
        self._number, self._steps = number, steps
        return steps


def is_wanted(situation: Situation, exercises: Exercises) -> bool:
    """Return whether a situation is wanted by who excludes, includes, or only wants tests and exercises."""
    return exercises == "include" or situation.content.exercise == (exercises == "only")
