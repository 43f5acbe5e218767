"""Situations with their earlier versions, for formats that refer to them; what was read once is not read again.

Everything here runs in the thread of the room.
"""

from collections.abc import Collection
from typing import NamedTuple

from msgspec.structs import replace

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.situation.audience import seen_by
from gateway.situation.formats.exporting import KEPT_AFTER_END_MS, exported_situation
from gateway.situation.formats.port import ExportedSituation
from gateway.situation.lifecycle.situation import Situation

_EARLIER_MOST = 20
"""Versions before the present one that are remembered, besides the first: alerts refer to no more."""


class _Known(NamedTuple):
    """The versions of a situation up to a revision, oldest first, each with the number of its last entry of the history."""

    revision: int
    versions: tuple[tuple[int, Situation], ...]


class SituationVersions:
    """The situations that belong in feeds."""

    def __init__(self, present: PresentSituations) -> None:
        self._present = present
        self._known: dict[str, _Known] = {}

    def names(self, service: SituationService, recipient: str | None, now_ms: int) -> list[str]:
        """Return the situations of which a recipient may see something, and forget the versions of what belongs in no feed."""
        self._present.refresh(service.store)
        current = [one.situation for one in self._present.after("") if _is_current(one.situation, now_ms)]
        for name in self._known.keys() - {one.id for one in current}:
            del self._known[name]
        return [one.id for one in current if seen_by(one, recipient, service.rules.parties) is not None]

    def read(self, service: SituationService, names: Collection[str], recipient: str | None) -> list[ExportedSituation]:
        """Return situations as a recipient sees them.

        Raises:
            SituationsUnavailable: The store can't be used.
        """
        found = (exported_situation(self._versions(service, name), recipient, service.rules.parties) for name in names)
        return [one for one in found if one is not None]

    def _versions(self, service: SituationService, name: str) -> tuple[tuple[int, Situation], ...]:
        known = self._known.get(name, _Known(0, ()))
        versions = list(known.versions)
        revision = known.revision
        while (entry := service.store.of_revision(name, revision + 1)) is not None:
            revision, situation = revision + 1, entry.recorded.situation
            if versions and versions[-1][1].version == situation.version:
                versions.pop()
            elif versions:
                versions[-1] = (versions[-1][0], _without_talk(versions[-1][1]))
            versions.append((entry.number, situation))
            if len(versions) > _EARLIER_MOST + 2:
                del versions[1]
        self._known[name] = _Known(revision, tuple(versions))
        return self._known[name].versions


def _is_current(situation: Situation, now_ms: int) -> bool:
    return not situation.state.over or now_ms - situation.since_ms < KEPT_AFTER_END_MS


def _without_talk(situation: Situation) -> Situation:
    """Return an earlier version without answers and comments, which no format shows, and which can be long."""
    return replace(situation, acknowledgements=(), comments=())
