"""What alarms show."""

import pytest
from msgspec.structs import replace

from gateway.model.instants import ms_of_iso
from gateway.model.messages import AlarmEntry, AlarmMessage
from gateway.situation.telemetry.condition import RaisedCondition, conditions_of
from tests.situation.telemetry.examples import DARK

ENTRY = AlarmEntry("supply_outage", 1, "unacknowledged", "2026-12-02T09:00:00.000Z", DARK, DARK, detail="0 V")


def message(*entries: AlarmEntry) -> AlarmMessage:
    return AlarmMessage(1, "qe-041", "citelum", list(entries))


@pytest.mark.parametrize("state", ["unacknowledged", "acknowledged"])
def test_an_alarm_that_is_raised_is_a_condition_where_its_asset_is(state: str) -> None:
    found = list(conditions_of(message(replace(ENTRY, state=state)), {"qe-041": [(11.1, 43.9)]}))
    since_ms = ms_of_iso("2026-12-02T10:00:00+01:00")
    assert found == [RaisedCondition("citelum", "qe-041", "supply_outage", since_ms, DARK, "0 V", ((11.1, 43.9),))]


@pytest.mark.parametrize(
    "changes",
    [{"state": "returned"}, {"hidden_by": "gateway_silent gw-1"}, {"suppressed_by": "via-roma"}],
    ids=["over", "explained", "expected"],
)
def test_what_is_over_explained_or_expected_is_none(changes: dict[str, str]) -> None:
    assert list(conditions_of(message(replace(ENTRY, **changes)), {})) == []


def test_what_works_of_the_room_suppress_is_a_condition_that_they_may_have_caused() -> None:
    entry = replace(ENTRY, suppressed_by="scavo-1", suppressed_by_room=True)
    assert [one.alarm for one in conditions_of(message(entry), {})] == ["supply_outage"]


def test_a_time_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="soon"):
        list(conditions_of(message(replace(ENTRY, since="soon")), {}))
