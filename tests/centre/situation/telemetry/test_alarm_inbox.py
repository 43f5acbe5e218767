"""What alarms show, from their messages."""

import msgspec
import pytest

from gateway.centre.situation.telemetry import alarm_inbox
from gateway.centre.situation.telemetry.alarm_inbox import AlarmInbox
from gateway.model.messages import AlarmEntry, AlarmMessage, AlarmText

TEXT = AlarmText("Panel without supply", "Quadro senza alimentazione")


def entry(kind: str = "supply_outage", since: str = "2026-12-02T09:00:00.000Z", part: str = "") -> AlarmEntry:
    return AlarmEntry(kind, 1, "unacknowledged", since, TEXT, TEXT, part)


def payload(*entries: AlarmEntry, asset: str = "qe-041") -> bytes:
    return msgspec.json.encode(AlarmMessage(1, asset, "citelum", list(entries)))


def topic(asset: str = "qe-041", operator: str = "citelum") -> str:
    return f"prato/v1/{operator}/city/alarm/{asset}"


@pytest.fixture
def inbox() -> AlarmInbox:
    return AlarmInbox({"supply_outage", "device_alarm"}, {"qe-041": [(11.1, 43.9)]})


def test_alarms_of_the_kinds_that_count_are_conditions_until_their_message_is_cleared(inbox: AlarmInbox) -> None:
    inbox.put(topic(), payload(entry(), entry("door_open")))
    inbox.put(topic("qe-042"), payload(entry(), asset="qe-042"))
    assert [(one.asset, one.alarm, one.positions) for one in inbox.conditions()] == [
        ("qe-041", "supply_outage", ((11.1, 43.9),)), ("qe-042", "supply_outage", ()),
    ]  # fmt: skip
    inbox.put(topic(), b"")
    assert [one.asset for one in inbox.conditions()] == ["qe-042"]
    inbox.put(topic("qe-042"), payload(entry("door_open"), asset="qe-042"))
    assert list(inbox.conditions()) == []


def test_of_several_parts_of_an_asset_the_first_counts(inbox: AlarmInbox) -> None:
    inbox.put(topic(), payload(entry("device_alarm", "2026-12-02T10:00:00Z", "a"), entry("device_alarm", "2026-12-02T09:30:00Z", "b")))
    (one,) = inbox.conditions()
    assert one.since_ms == 1_796_203_800_000


def test_whose_alarms_they_are_is_what_the_topic_says(inbox: AlarmInbox) -> None:
    inbox.put(topic("qe-041", "enel"), payload(entry(), asset="qe-666"))
    assert [(one.operator, one.asset) for one in inbox.conditions()] == [("enel", "qe-041")]


@pytest.mark.parametrize(
    ("where", "content"),
    [("prato/v1/citelum/city/lamp/qe-041", b"{}"), (topic(), b"{"), (topic(), b'{"v": 1}'), (topic(), payload(entry(since="soon")))],
)
def test_what_is_no_message_of_alarms_is_an_error_and_changes_nothing(inbox: AlarmInbox, where: str, content: bytes) -> None:
    inbox.put(topic(), payload(entry()))
    with pytest.raises(ValueError):  # noqa: PT011 — the words are of whoever finds it
        inbox.put(where, content)
    assert len(list(inbox.conditions())) == 1


def test_no_more_assets_than_fit_are_remembered(inbox: AlarmInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_inbox, "MOST_ASSETS", 2)
    for name in ("a", "b", "c", "b"):
        inbox.put(topic(name), payload(entry(), asset=name))
    assert [one.asset for one in inbox.conditions()] == ["a", "b"]
    inbox.clear()
    assert list(inbox.conditions()) == []
