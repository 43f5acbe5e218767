"""From alarms to delivered messages, with retries, and across restarts."""

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.centre.alarms.notification import notifier as notifier_module
from gateway.centre.alarms.notification.notifier import Notifier
from gateway.centre.alarms.notification.queue import NotificationQueue
from gateway.centre.role import RoleContext
from gateway.centre.stores.port import StoreUnavailable
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, EscalationSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from tests.centre.alarms.notification.servers import Hook

KEY = AlarmKey("citelum", "qe-1", "panel_outage", "")
ALARMS = {KEY: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, since_ms=1)}


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as running:
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier_module, "_FIRST_RETRY_S", 0.0)


@pytest.fixture
def context(hook: Hook, tmp_path: Path) -> RoleContext:
    (tmp_path / "secret").write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    (tmp_path / "secret").chmod(0o600)
    contact = AlarmContactSettings(webhook=hook.url, secret_file=str(tmp_path / "secret"), interval=0.0)
    alarms = AlarmSettings(
        contacts={"room": contact}, notify={"citelum": [EscalationSettings(contacts=["room"], after=0.0, escalate=60.0)]}, gather=0.0
    )
    store = StoreSettings(history=HistorySettings(path=str(tmp_path / "history.sqlite")))
    return RoleContext("prato", CentreSettings(broker="mqtt://127.0.0.1:1", store=store, alarms=alarms))


@asynccontextmanager
async def running(context: RoleContext) -> AsyncIterator[Notifier]:
    notifier = Notifier(context)
    yield notifier
    await notifier.close()


async def step(notifier: Notifier, alarms: dict[AlarmKey, Alarm]) -> None:
    """Make a step, and wait for what it sends."""
    await notifier.step(alarms)
    await asyncio.gather(*notifier._tasks)


def figures(notifier: Notifier) -> list[float]:
    """Return how many messages were sent, failed, were given up, and wait."""
    return [one.samples[0].value for one in notifier.samples()]


async def test_an_alarm_is_delivered_once_and_its_end_too(context: RoleContext, hook: Hook) -> None:
    async with running(context) as notifier:
        for alarms in (ALARMS, ALARMS, {}, {}):
            await step(notifier, alarms)
        assert [one["data"]["alarms"][0]["reason"] for one in hook.bodies()] == ["raised", "ended"]
        assert figures(notifier) == [2, 0, 0, 0]


async def test_a_message_that_is_not_accepted_is_sent_again_with_the_same_id(context: RoleContext, hook: Hook) -> None:
    async with running(context) as notifier:
        hook.status = 503
        await step(notifier, ALARMS)
        assert notifier.failing() == [f"can't notify room: {hook.url.split('/')[2]} answered 503 Service Unavailable"]
        assert figures(notifier) == [0, 1, 0, 1]
        hook.status = 200
        await step(notifier, ALARMS)
        assert notifier.failing() == []
        assert figures(notifier) == [1, 1, 0, 0]
    assert len({headers["webhook-id"] for _, headers, _ in hook.received}) == 1
    assert len(hook.received) == 2


async def test_what_was_not_delivered_before_a_kill_is_delivered_afterwards(context: RoleContext, hook: Hook) -> None:
    hook.status = 503
    killed = Notifier(context)
    await step(killed, ALARMS)
    hook.status = 200
    async with running(context) as notifier:
        await step(notifier, ALARMS)
        assert figures(notifier) == [1, 0, 0, 0]
    assert len({headers["webhook-id"] for _, headers, _ in hook.received}) == 1
    async with running(context) as notifier:
        await step(notifier, ALARMS)
    assert len(hook.received) == 2, "it was delivered, and is not sent again"
    await killed.close()


async def test_a_killed_process_that_could_not_note_the_delivery_sends_the_same_id_again(
    context: RoleContext, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(NotificationQueue, "remove", broken)
        async with running(context) as notifier:
            await step(notifier, ALARMS)
    async with running(context) as notifier:
        await step(notifier, ALARMS)
    assert len(hook.received) == 2
    assert len({headers["webhook-id"] for _, headers, _ in hook.received}) == 1


async def test_a_message_that_a_receiver_rejects_for_good_is_given_up_and_the_next_one_is_sent(
    context: RoleContext, hook: Hook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifier_module, "_REJECTED_ATTEMPTS", 2)
    async with running(context) as notifier:
        hook.status = 422
        await step(notifier, ALARMS)
        await step(notifier, ALARMS)
        assert figures(notifier) == [0, 2, 1, 0]
        assert "gave up to notify room of 1 alarms" in caplog.text
        hook.status = 200
        await step(notifier, ALARMS | {KEY._replace(asset="qe-2"): ALARMS[KEY]})
        assert [one["asset"] for one in hook.bodies()[-1]["data"]["alarms"]] == ["qe-2"]


async def test_a_message_is_given_up_after_a_day(context: RoleContext, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier_module, "_GIVE_UP_AFTER_MS", -1)
    async with running(context) as notifier:
        hook.status = 503
        await step(notifier, ALARMS)
        assert figures(notifier) == [0, 1, 1, 0]


async def test_what_can_not_be_stored_is_sent_when_it_can(context: RoleContext, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    async with running(context) as notifier:
        with monkeypatch.context() as patch:
            patch.setattr(NotificationQueue, "add", full)
            await step(notifier, ALARMS)
            await step(notifier, ALARMS)
        assert hook.received == []
        await step(notifier, ALARMS)
        assert len(hook.received) == 1


async def test_a_failure_that_can_not_be_noted_is_retried_all_the_same(
    context: RoleContext, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(NotificationQueue, "failed", broken)
    async with running(context) as notifier:
        hook.status = 503
        await step(notifier, ALARMS)
        hook.status = 200
        await step(notifier, ALARMS)
        assert len(hook.received) == 2


def test_a_file_that_can_not_be_opened_is_a_store_that_is_not_available(context: RoleContext, tmp_path: Path) -> None:
    (tmp_path / "alarms.sqlite").mkdir()
    with pytest.raises(StoreUnavailable, match="can't open the alarms"):
        Notifier(context)
