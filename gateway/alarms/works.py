"""Works during which alarms are suppressed by design (ISA-18.2): those of the site file, and those of the Situation Room. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.alarms.catalogue import CAUSED_BY_DIGGING
from gateway.model.instants import ms_of_iso
from gateway.model.messages import RoomWorksMessage
from gateway.model.site.alarms import WorksSettings
from gateway.model.untrusted_json import json_reader


class AnnouncedWorks(NamedTuple):
    """Works that last from one time to another, in milliseconds since 1970, and the assets and gateways that they affect.

    `in_room`: they are a situation of the Situation Room. These suppress only what digging can cause, and what began while they last.
    `operators`: whose alarms they suppress; None: everybody's.
    """

    name: str
    begins_ms: int
    ends_ms: int
    subjects: frozenset[str]
    in_room: bool = False
    operators: frozenset[str] | None = None

    def explain(self, operator: str, kind: str, since_ms: int) -> bool:
        """Return whether an alarm of an affected asset is expected from them."""
        if self.operators is not None and operator not in self.operators:
            return False
        return not self.in_room or (kind in CAUSED_BY_DIGGING and since_ms >= self.begins_ms)


def announced_works(settings: Iterable[WorksSettings], zone: str) -> list[AnnouncedWorks]:
    """Return the works of a site file, whose times are those of a time zone."""

    def ms_of(local: str) -> int:
        return round(1000 * datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp())

    return [AnnouncedWorks(one.name, ms_of(one.begins), ms_of(one.ends), frozenset(one.assets)) for one in settings]


class KnownWorks:
    """All works of a site: those that were announced in its file, and those of the Situation Room as last published."""

    def __init__(self, announced: Sequence[AnnouncedWorks]) -> None:
        self._announced, self._of_room = announced, list[AnnouncedWorks]()

    def hear_room(self, payload: bytes) -> None:
        """Accept the message of the Situation Room; one without content says that there are no works.

        Raises:
            ValueError: It is no such message, or a time in it is not an instant.
        """
        works = _room_works(payload).works if payload else []
        self._of_room = [
            AnnouncedWorks(
                one.name,
                ms_of_iso(one.begins),
                ms_of_iso(one.ends),
                frozenset(one.assets),
                in_room=True,
                operators=None if one.operators is None else frozenset(one.operators),
            )
            for one in works
        ]

    def by_subject(self, now_ms: int) -> dict[str, list[AnnouncedWorks]]:
        """Return the works at a time by each asset and gateway that they affect: first those of the site file, then those that end last."""
        every = [*self._announced, *self._of_room]
        lasting = sorted((one for one in every if one.begins_ms <= now_ms < one.ends_ms), key=lambda one: (one.in_room, -one.ends_ms))
        found = defaultdict[str, list[AnnouncedWorks]](list)
        for one in lasting:
            for subject in one.subjects:
                found[subject].append(one)
        return found


_room_works = json_reader(RoomWorksMessage)
