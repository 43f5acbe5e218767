"""The Situation Room: applies the rules to what organisations do, and writes it to the store. Commands and servers are doors to this."""

import contextlib
from collections.abc import Collection, Iterator

from gateway.centre.situation.port import HistoryEntry, RecordedAction, RevisionTaken, SituationStore, SituationsUnavailable
from gateway.centre.situation.room_index import RoomIndex
from gateway.centre.situation.settings import RoomRules
from gateway.situation.audience import feature_of, seen_by
from gateway.situation.conflicts.comparison import Conflict
from gateway.situation.conflicts.savings import Opportunity
from gateway.situation.event.document import SituationFeature
from gateway.situation.lifecycle.actions import Publish, SituationAction
from gateway.situation.lifecycle.due import OpenQuestion, next_action, open_questions
from gateway.situation.lifecycle.parties import THE_ROOM, Actor
from gateway.situation.lifecycle.permissions import ActionRefused, NotYours, StaleVersion, may_see
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.lifecycle.transitions import Occasion, apply, publish

_ATTEMPTS = 10
"""How often an action is tried again because others changed the same situation at the same time."""

_MOST_DUE = 10
"""Steps that time brings for one situation at once: after a long stop it may be planned, begun and overrunning."""

_READ_AT_ONCE = 500
"""Entries of the history."""


class SituationUnknown(ActionRefused):
    """There is no such situation, or none that the organisation may know of: the two can't be told apart."""


class SituationService:
    """One Situation Room. Its methods take the time, so that nothing here has a clock.

    Every method raises SituationsUnavailable if the store can't be used, and ActionRefused if an action is not possible.
    """

    def __init__(self, store: SituationStore, rules: RoomRules) -> None:
        self.rules = rules
        self._store = self.store = store
        self.number = store.newest()
        """That of the last entry that conflicts and due times follow from."""
        self._index = RoomIndex(rules, store.present())
        self._doubtful = False
        """Whether they may follow from what was not written."""

    def do(
        self,
        situation: str,
        action: SituationAction,
        actor: Actor,
        now_ms: int,
        request: str | None = None,
        versions: Collection[int] | None = None,
    ) -> Situation:
        """Do something with a situation, or publish a new one, and return it.

        Args:
            situation: Its name.
            action: What to do.
            actor: Who does it.
            now_ms: The time.
            request: The sender's own number: a request that was made before is not done again.
            versions: Those that it may be about. No other process can change the version between this check and what is written.

        Raises:
            StaleVersion: It has another version.
        """
        for _ in range(_ATTEMPTS):
            if (earlier := self._earlier(actor, request)) is not None:
                return earlier.recorded.situation
            before = self._store.get(situation)
            if before is not None and versions is not None:
                self._check_version(before, versions, actor)
            after = self._after(before, situation, action, Occasion(actor, now_ms, self.rules.times, self.rules.parties))
            if after is before:
                return after
            recorded = RecordedAction(
                organisation=actor.organisation, person=actor.person, at_ms=now_ms, action=action, situation=after, request=request
            )
            try:
                number = self._store.append(recorded)
            except RevisionTaken:
                continue
            self._index.put(after)
            if number == self.number + 1:
                self.number = number
            return after
        raise ActionRefused(f"others keep changing {situation}: try again", f"altri continuano a modificare {situation}: riprovare")

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Do several things within: they are durable at the end of it, and take less time than one by one."""
        before = self.number
        try:
            with self._store.together():
                yield
        except SituationsUnavailable:
            self.number, self._doubtful = before, True
            raise

    def catch_up(self) -> None:
        """Read what other processes have done: conflicts and due times follow from it."""
        if self._doubtful:
            self.number, self._index = self._store.newest(), RoomIndex(self.rules, self._store.present())
            self._doubtful = False
        while entries := self._store.since(self.number, _READ_AT_ONCE):
            for number, recorded in entries:
                self._index.put(recorded.situation)
                self.number = number

    def pass_time(self, now_ms: int) -> list[Situation]:
        """Do what is due, and return the situations that changed."""
        before = [situation for name in self._index.due(now_ms) if (situation := self._store.get(name)) is not None]
        for situation in before:
            self._index.put(situation)  # another process may have changed it
        return [changed for situation in before if (changed := self._passed(situation, now_ms)) is not situation]

    def next_due_ms(self) -> int | None:
        """Return when `pass_time` has something to do; None if everything waits for organisations."""
        return self._index.next_due_ms()

    def everything(self) -> list[Situation]:
        """Return every situation, for whoever runs the Situation Room."""
        return self._store.present()

    def visible(self, organisation: str | None) -> Iterator[Situation]:
        """Yield the situations of which an organisation may know, or the public (None)."""
        return (one for one in self._store.present() if seen_by(one, organisation, self.rules.parties) is not None)

    def seen(self, situation: str, organisation: str | None) -> SituationFeature:
        """Return a situation as an organisation sees it, or the public (None)."""
        found = self._store.get(situation)
        feature = None if found is None else seen_by(found, organisation, self.rules.parties)
        if feature is None:
            raise _unknown(situation)
        return feature

    def whole(self, situation: str) -> SituationFeature:
        """Return everything that is known of a situation, for whoever runs the Situation Room."""
        return feature_of(self._get(situation))

    def history(self, situation: str) -> list[HistoryEntry]:
        """Return who did what with a situation, oldest first."""
        return self._store.history(self._get(situation).id)

    def open_questions(self, situation: str) -> list[OpenQuestion]:
        """Return whom a situation waits for, and until when."""
        return open_questions(self._get(situation), self.rules.times, self.rules.parties)

    def conflicts(self, situation: str) -> list[Conflict]:
        """Return what is in the way of a situation."""
        return self._index.conflicts_of(self._get(situation))

    def opportunities(self, situation: str) -> list[Opportunity]:
        """Return with whom the owner of a situation could dig together."""
        return self._index.opportunities_of(self._get(situation))

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _after(self, before: Situation | None, name: str, action: SituationAction, occasion: Occasion) -> Situation:
        if before is None:
            if isinstance(action, Publish):
                return publish(action, occasion)
            raise _unknown(name)
        try:
            return apply(before, action, occasion)
        except NotYours as refused:
            if occasion.actor.organisation is not None and not may_see(before, occasion.actor.organisation, self.rules.parties):
                raise _unknown(name) from refused
            raise

    def _check_version(self, situation: Situation, versions: Collection[int], actor: Actor) -> None:
        if actor.organisation is not None and not may_see(situation, actor.organisation, self.rules.parties):
            raise _unknown(situation.id)
        if situation.version not in versions:
            raise StaleVersion(
                f"{situation.id} has version {situation.version}: read it again",
                f"{situation.id} è alla versione {situation.version}: rileggerlo",
            )

    def _passed(self, situation: Situation, now_ms: int) -> Situation:
        for _ in range(_MOST_DUE):
            due = next_action(situation, self.rules.times, self.rules.parties)
            if due is None or due.at_ms > now_ms:
                break
            try:
                situation = self.do(situation.id, due.action, THE_ROOM, now_ms)
            except ActionRefused:
                break  # somebody has changed it since it was read
        return situation

    def _earlier(self, actor: Actor, request: str | None) -> HistoryEntry | None:
        return None if request is None or actor.organisation is None else self._store.of_request(actor.organisation, request)

    def _get(self, situation: str) -> Situation:
        found = self._store.get(situation)
        if found is None:
            raise _unknown(situation)
        return found


def _unknown(situation: str) -> SituationUnknown:
    return SituationUnknown(f"there is no situation '{situation}'", f"non esiste la situazione '{situation}'")
