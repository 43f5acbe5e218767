"""Announced works."""

from datetime import UTC, datetime

import pytest

from gateway.alarms.works import announced_works, works_by_subject
from gateway.model.site import WorksSettings


def ms_of(instant: datetime) -> int:
    return round(1000 * instant.timestamp())


def works(name: str, begins: str, ends: str, *assets: str) -> WorksSettings:
    return WorksSettings(name=name, begins=begins, ends=ends, assets=list(assets))


def test_their_times_are_those_of_the_site_on_both_sides_of_a_change_to_summer_time() -> None:
    (one,) = announced_works([works("w", "2026-03-28T08:00", "2026-03-29T18:00", "qe-1")], "Europe/Rome")
    assert one.begins_ms == ms_of(datetime(2026, 3, 28, 7, tzinfo=UTC))
    assert one.ends_ms == ms_of(datetime(2026, 3, 29, 16, tzinfo=UTC))


@pytest.mark.parametrize(("minute", "lasting"), [(-1, set()), (0, {"qe-1", "gw-1"}), (59, {"qe-1", "gw-1"}), (60, set())])
def test_they_affect_their_assets_from_their_beginning_until_their_end(minute: int, lasting: set[str]) -> None:
    found = announced_works([works("w", "2026-12-01T08:00", "2026-12-01T09:00", "qe-1", "gw-1")], "UTC")
    assert set(works_by_subject(found, found[0].begins_ms + 60_000 * minute)) == lasting


def test_of_several_those_that_end_last_count() -> None:
    hour, day = works("hour", "2026-12-01T08:00", "2026-12-01T09:00", "qe-1"), works("day", "2026-12-01T00:00", "2026-12-02T00:00", "qe-1")
    for settings in ([hour, day], [day, hour]):
        found = announced_works(settings, "UTC")
        assert works_by_subject(found, ms_of(datetime(2026, 12, 1, 8, 30, tzinfo=UTC)))["qe-1"].name == "day"
