"""The feed: what it receives is published to viewers, and nothing that it receives ends it."""

import asyncio
import logging

import pytest
from starlette.types import ASGIApp

from gateway.host.mqtt import Broker, Message
from gateway.web.event_stream import event
from gateway.web.operator.feed import CityFeed
from tests.web.asgi import connected
from tests.web.operator.test_alarm_board import payload
from tests.web.operator.test_board import T, message

TOPIC = "prato/v1/citelum/city/lamp/pl-1"
STATE = "prato/v1/citelum/gw/gw-1/state"
ALARM_TOPIC = "prato/v1/citelum/city/alarm/qe-1"


def feed(now_ms: int = T) -> CityFeed:
    return CityFeed("prato", Broker("mqtt://127.0.0.1:1"), lambda: now_ms, name="test")


def receive(followed: CityFeed, topic: str, payload: bytes) -> None:
    followed._received(Message(topic, payload, False, 0, 0))


def following(followed: CityFeed) -> ASGIApp:
    return followed.stream.response(lambda: event("snapshot", followed.snapshot()))


async def test_a_viewer_receives_a_snapshot_and_then_what_changes() -> None:
    followed = feed()
    receive(followed, TOPIC, message())
    async with connected(following(followed), "/") as viewer:
        first = await viewer.chunks.get()
        assert first.startswith(b'event: snapshot\ndata: {"site":"prato","now_ms":')
        assert b'"asset":"pl-1"' in first
        receive(followed, TOPIC, message(failed=True))
        receive(followed, STATE, b'{"state":"online"}')
        followed.publish_gateways()
        followed.publish_faults()
        changes = await viewer.chunks.get()
        assert [line for line in changes.splitlines() if line.startswith(b"event")] == [
            b"event: asset",
            b"event: gateways",
            b"event: faults",
        ]
        assert b'{"citelum/gw-1":"online"}' in changes
        assert b'"kind":"lamp_failed"' in changes


async def test_gateways_that_come_back_together_are_published_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each state with those of all others would take the time of all viewers."""
    followed, published = feed(), list[bytes]()
    monkeypatch.setattr(followed.stream, "publish", published.append)
    for number in range(100):
        receive(followed, STATE.replace("gw-1", f"gw-{number}"), b'{"state":"online"}')
    for _ in range(3):
        followed.publish_gateways()
    (states,) = published
    assert states.count(b"online") == 100


async def test_faults_that_did_not_change_are_not_published_again() -> None:
    followed = feed()
    followed.publish_faults()
    async with connected(following(followed), "/") as viewer:
        await viewer.chunks.get()
        followed.publish_faults()
        receive(followed, TOPIC, message(failed=True))
        followed.publish_faults()
        followed.publish_faults()
        assert (await viewer.chunks.get()).count(b"event: faults") == 1


async def test_alarms_that_change_together_are_published_together() -> None:
    followed = feed()
    receive(followed, ALARM_TOPIC, payload())
    assert [one.asset for one in followed.snapshot()["alarms"]] == ["qe-1"]
    followed.publish_alarms()
    async with connected(following(followed), "/") as viewer:
        assert b'"kinds":{"panel_outage":' in await viewer.chunks.get()
        for asset in ("qe-1", "qe-2"):
            receive(followed, ALARM_TOPIC.replace("qe-1", asset), payload())
        followed.publish_alarms()
        followed.publish_alarms()
        changes = await viewer.chunks.get()
        assert (changes.count(b"event: alarms"), changes.count(b'"kind":"panel_outage"')) == (1, 2)


@pytest.mark.parametrize("payload", [b"no JSON", b"{}", message(time="bad"), message(time="0001-01-01T00:00:00+23:59")])
def test_a_message_that_can_not_be_read_is_ignored_with_a_warning(payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    followed = feed()
    receive(followed, TOPIC, message())
    with caplog.at_level(logging.WARNING):
        receive(followed, TOPIC, payload)
        receive(followed, STATE, b"[]")
        receive(followed, ALARM_TOPIC, b"[]")
    assert [record.message.split(":")[0] for record in caplog.records] == [
        f"ignored a message on {topic}" for topic in (TOPIC, STATE, ALARM_TOPIC)
    ]
    followed.publish_faults()
    assert [asset.asset for asset in followed.board.assets()] == ["pl-1"]


def test_the_state_of_a_worker_is_followed() -> None:
    followed = feed()
    receive(followed, "prato/v1/centre/worker-1/state", b'{"state":"offline","store_away_since":"2026-11-23T02:15:00Z"}')
    assert [fault.kind for fault in followed.board.faults(T)] == ["store_away"]


def test_topics_of_others_are_ignored() -> None:
    followed = feed()
    receive(followed, "prato/v1/citelum/gw/gw-1/elsewhere", b"x")
    assert followed.board.gateways() == {}


async def test_streams_end_when_the_feed_is_stopped() -> None:
    followed, stop = feed(), asyncio.Event()
    async with connected(following(followed), "/") as viewer:
        stop.set()
        await followed.run(stop)
        await asyncio.wait_for(viewer.task, 10)
