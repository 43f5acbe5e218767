"""Gateways of one name on two machines."""

import msgspec
import pytest

from gateway.centre.ingest import clones
from gateway.centre.ingest.clones import Clones
from gateway.model.messages import GatewayState
from gateway.model.topics import GatewayId

ME = GatewayId("prato", "citelum", "gw-1")
ALARM = "two gateways run as citelum/gw-1, on edge-a and on edge-b: stop one of the two"


def state(epoch: str | None, host: str | None = None) -> bytes:
    return msgspec.json.encode(GatewayState("online", epoch, host=host))


A, B = state("aa", "edge-a"), state("bb", "edge-b")


def test_epochs_that_alternate_are_an_alarm_that_ends_when_they_no_longer_do() -> None:
    watch = Clones()
    assert [watch.accept(ME, one, now_s) for now_s, one in enumerate((B, B, A, B, A))] == [None] * 5
    assert watch.alarms(5) == []
    alarm = watch.accept(ME, B, 5)
    assert alarm == ALARM
    assert watch.accept(ME, A, 6) is None, "it is known already"
    assert watch.alarms(7) == [ALARM.replace("edge-a and on edge-b", "edge-b and on edge-a")]
    assert watch.alarms(6 + clones._ALARM_S) == []
    assert watch.accept(GatewayId("prato", "citelum", "gw-2"), A, 7) is None


def test_news_are_told_once_each_at_the_beginning_and_the_end() -> None:
    watch = Clones()
    assert watch.news(0) == []
    for now_s, one in enumerate((B, A, B, A, B)):
        watch.accept(ME, one, now_s)
    (began,) = watch.news(5)
    assert began == (ME, True, ALARM, "due gateway si presentano come citelum/gw-1, su edge-a e su edge-b: spegnine uno")
    assert watch.news(6) == [began], "until it is stored"
    watch.told(began)
    assert watch.news(7) == []
    (ended,) = watch.news(4 + clones._ALARM_S)
    assert (ended.sender, ended.active) == (ME, False)
    watch.told(ended)
    assert watch.news(500) == []


def test_restarts_and_one_old_state_that_a_broker_restored_are_none() -> None:
    watch = Clones()
    for number in range(50):
        assert watch.accept(ME, state(f"{number:02}"), number) is None
    assert watch.accept(ME, state("48"), 51) is None
    assert watch.accept(ME, state("49"), 51 + clones._WITHIN_S) is None
    assert watch.alarms(200) == []


def test_a_broker_that_crashes_just_after_a_restart_and_restores_the_state_before_is_none() -> None:
    watch = Clones()
    assert watch.accept(ME, A, 0) is None
    assert watch.accept(ME, B, 10) is None, "a restart"
    for now_s in (20, 25):
        assert watch.accept(ME, A, now_s, retained=True) is None, "what the broker had saved"
        assert watch.accept(ME, B, now_s + 1) is None, "the gateway connects again"
    assert watch.alarms(30) == []


def test_an_old_state_that_a_crashed_broker_had_queued_for_this_worker_is_none() -> None:
    watch = Clones()
    assert [watch.accept(ME, one, now_s) for now_s, one in enumerate((A, B, A, B))] == [None] * 4
    assert watch.alarms(4) == []


def test_a_worker_that_starts_begins_with_the_retained_state() -> None:
    watch = Clones()
    assert watch.accept(ME, A, 0, retained=True) is None
    assert [watch.accept(ME, one, now_s) for now_s, one in enumerate((B, A, B), 1)] == [None] * 3
    assert watch.accept(ME, A, 4) == ALARM.replace("edge-a and on edge-b", "edge-b and on edge-a")


@pytest.mark.parametrize(
    "payload", [b"", b"{", b'{"state":"none"}', b'{"state":"offline"}', b'{"state":"online","epoch":"' + b"x" * 5000 + b'"}']
)
def test_a_state_that_says_nothing_is_ignored(payload: bytes) -> None:
    watch = Clones()
    for now_s, one in enumerate((A, payload, B, payload, A, payload)):
        assert watch.accept(ME, one, now_s) is None


def test_the_name_of_a_machine_is_shown_only_if_it_is_a_name() -> None:
    watch = Clones()
    for now_s, one in enumerate((state("bb", "<script>"), A, state("bb"), A, state("bb", "x" * 65))):
        watch.accept(ME, one, now_s)
    assert watch.alarms(4) == ["two gateways run as citelum/gw-1, on edge-a and on an unknown machine: stop one of the two"]


def test_what_is_remembered_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "_GATEWAYS", 10)
    watch = Clones()
    for number in range(100):
        for epoch in range(100):
            watch.accept(GatewayId("prato", "citelum", f"gw-{number}"), state(f"{epoch:04}"), 0)
    assert len(watch._gateways) == 10
    assert {len(runs.machines) for runs in watch._gateways.values()} == {clones._EPOCHS}


def test_a_copied_card_gives_both_the_same_name_and_their_hardware_tells_them_apart() -> None:
    watch = Clones()
    states = [
        msgspec.json.encode(GatewayState("online", epoch, host="gw-1", hardware=number)) for epoch, number in (("aa", "1a"), ("bb", "2b"))
    ]
    for now_s in range(6):
        watch.accept(ME, states[now_s % 2], now_s)
    assert watch.alarms(6) == ["two gateways run as citelum/gw-1, on gw-1 (1a) and on gw-1 (2b): stop one of the two"]
