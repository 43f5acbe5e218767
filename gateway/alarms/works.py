"""Announced works: while they last, the alarms of what they affect are suppressed by design (ISA-18.2). Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.model.site import WorksSettings


class AnnouncedWorks(NamedTuple):
    """Works that last from one time to another, in milliseconds since 1970, and the assets and gateways that they affect."""

    name: str
    begins_ms: int
    ends_ms: int
    subjects: frozenset[str]


def announced_works(settings: Iterable[WorksSettings], zone: str) -> list[AnnouncedWorks]:
    """Return the works of a site file, whose times are those of a time zone."""

    def ms_of(local: str) -> int:
        return round(1000 * datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp())

    return [AnnouncedWorks(one.name, ms_of(one.begins), ms_of(one.ends), frozenset(one.assets)) for one in settings]


def works_by_subject(works: Iterable[AnnouncedWorks], now_ms: int) -> dict[str, AnnouncedWorks]:
    """Return the works at a time by each asset and gateway that they affect; of several at one, those that end last."""
    lasting = sorted((one for one in works if one.begins_ms <= now_ms < one.ends_ms), key=lambda one: one.ends_ms)
    return {subject: one for one in lasting for subject in one.subjects}
