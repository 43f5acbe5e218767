"""Webhooks about situations, to real HTTP servers: signed, in order, again until they are accepted, and never more than an organisation may see."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.situation.changes import ChangeBatch, ChangeReader, Exercises
from gateway.centre.situation.port import SituationStore, SituationsUnavailable
from gateway.centre.situation.push import sender as module
from gateway.centre.situation.push.webhooks import SituationWebhooks
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.model.site.situation.organisations import SituationWebhookSettings
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.event.content import SituationContent
from gateway.situation.lifecycle.actions import AddComment, Publish, Update
from gateway.situation.lifecycle.parties import Actor
from tests.centre.alarms.notification.servers import Hook
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, RULES, TOWN, VIA_ROMA, accident, works

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def _retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    monkeypatch.setattr(module, "_FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(module, "_LONGEST_RETRY_S", 0.02)


def opened(folder: Path) -> SituationRoom:
    def store() -> SqliteSituations:
        return SqliteSituations(folder / "situations.sqlite")

    return SituationRoom(SituationService(store(), RoomRules(TOWN, RULES, ConflictRules())), store())


def settings(folder: Path, url: str, **more: Any) -> SituationWebhookSettings:
    secret = folder / "secret"
    secret.write_text(f"whsec_{base64.b64encode(KEY).decode()}\n")
    secret.chmod(0o600)
    return SituationWebhookSettings(url=url, secret_file=str(secret), **more)


@contextlib.asynccontextmanager
async def sending(folder: Path, **webhooks: SituationWebhookSettings) -> AsyncIterator[tuple[SituationRoom, SituationWebhooks]]:
    """Run a room with webhooks."""
    room, stop, sender = opened(folder), asyncio.Event(), SituationWebhooks("prato", webhooks)
    tasks = [asyncio.create_task(room.follow(stop)), asyncio.create_task(sender(room, stop))]
    await until(lambda: len(room._watching) > len(webhooks))
    for name in webhooks:
        await until_async(room, name)
    try:
        yield room, sender
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        await room.close()


async def until_async(room: SituationRoom, organisation: str) -> None:
    """Wait until a webhook has begun."""
    while await room.run(lambda service: service.store.position(f"webhook-{organisation}")) is None:
        await asyncio.sleep(0.01)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def publish(room: SituationRoom, name: str, said: SituationContent, actor: Actor = PUBLIACQUA) -> None:
    await room.run(lambda service: service.do(name, Publish(id=name, content=said, geometry=VIA_ROMA), actor, NOW_MS))


async def comment(room: SituationRoom, name: str, text: str) -> None:
    await room.run(lambda service: service.do(name, AddComment(text), COMUNE, NOW_MS))


def told(hook: Hook) -> list[tuple[str, str, int]]:
    """Return what a receiver has accepted."""
    found = [json.loads(body) for _, _, body in hook.accepted]
    return [(one["type"], one["data"]["id"], one["data"]["number"]) for one in found]


async def test_an_organisation_is_sent_what_it_may_see_signed_with_its_secret(tmp_path: Path) -> None:
    with Hook() as hook, Hook() as other:
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url), cap=settings(tmp_path, other.url)) as (room, sender):
            await publish(room, "scavo-1", works(internal={"text": "chiave"}))
            await publish(room, "incidente-1", accident(internal={"text": "chiave"}))
            await until(lambda: len(hook.accepted) == 2 and len(other.accepted) == 1)
            await until(lambda: [metric.samples[0].value for metric in sender.samples()] == [3, 0, 0, 0])
    assert told(hook) == [("situation.changed", "scavo-1", 1), ("situation.changed", "incidente-1", 2)]
    assert told(other) == [("situation.changed", "incidente-1", 2)]
    assert b"chiave" in hook.accepted[0][2]
    assert b"chiave" not in hook.accepted[1][2], "the public sees no internal text, nor does who is not in the audience"
    _, headers, body = hook.accepted[0]
    assert (headers["webhook-id"], headers["x-correlation-id"]) == ("prato-citelum-1",) * 2
    expected = hmac.digest(KEY, f"prato-citelum-1.{headers['webhook-timestamp']}.".encode() + body, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


async def test_a_receiver_that_was_away_is_sent_each_situation_once_as_it_is(tmp_path: Path) -> None:
    with Hook() as hook:
        hook.refuses = lambda: True
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url)) as (room, sender):
            await publish(room, "scavo-1", works())
            await until(sender.failing)
            assert "answered 503" in sender.failing()[0]
            for text in ("uno", "due", "tre"):
                await comment(room, "scavo-1", text)
            hook.refuses = lambda: False
            await until(lambda: hook.accepted and told(hook)[-1][2] == 4)
            await until(lambda: not sender.failing())
        assert [one["text"] for one in json.loads(hook.accepted[-1][2])["data"]["situation"]["properties"]["comments"]] == [
            "uno",
            "due",
            "tre",
        ]
        assert len(hook.accepted) <= 2


async def test_after_a_restart_it_goes_on_where_it_was(tmp_path: Path) -> None:
    with Hook() as hook:
        webhook = settings(tmp_path, hook.url)
        async with sending(tmp_path, citelum=webhook) as (room, _):
            await publish(room, "scavo-1", works())
            await until(lambda: hook.accepted)
            await until_position(room, 1)
        room = opened(tmp_path)
        await publish(room, "scavo-2", works())
        await room.close()
        async with sending(tmp_path, citelum=webhook):
            await until(lambda: len(hook.accepted) >= 2)
        assert [name for _, name, _ in told(hook)] == ["scavo-1", "scavo-2"]


async def until_position(room: SituationRoom, number: int) -> None:
    while await room.run(lambda service: service.store.position("webhook-citelum")) != number:
        await asyncio.sleep(0.01)


async def test_a_new_webhook_begins_with_what_is_new(tmp_path: Path) -> None:
    room = opened(tmp_path)
    await publish(room, "vecchio-1", works())
    await room.close()
    with Hook() as hook:
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url)) as (room, _):
            await publish(room, "nuovo-1", works())
            await until(lambda: hook.accepted)
    assert [name for _, name, _ in told(hook)] == ["nuovo-1"]


async def test_who_leaves_the_audience_is_told_to_forget_and_not_sent_what_it_missed(tmp_path: Path) -> None:
    with Hook() as hook:
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url)) as (room, sender):
            await publish(room, "scavo-1", works())
            await until(lambda: hook.accepted)
            hook.refuses = lambda: True
            await comment(room, "scavo-1", "segreto")
            await until(sender.failing)
            await room.run(
                lambda service: service.do("scavo-1", Update(content=works(audience={}), geometry=VIA_ROMA, version=1), PUBLIACQUA, NOW_MS)
            )
            already = len(hook.received)
            await until(lambda: len(hook.received) >= already + 2)  # what was read before the change has been tried
            hook.refuses = lambda: False
            await until(lambda: len(hook.accepted) >= 2)
    assert told(hook)[1][:2] == ("situation.gone", "scavo-1")
    assert not any(b"segreto" in body for _, _, body in hook.received[already + 1 :])


async def test_a_message_that_is_rejected_for_good_is_given_up_and_the_next_one_is_sent(tmp_path: Path) -> None:
    with Hook() as hook:
        hook.status = 422
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url)) as (room, sender):
            await publish(room, "scavo-1", works())
            await until(sender.failing)
            await until(lambda: [one.samples[0].value for one in sender.samples()][2] == 1)
            hook.status = 200
            await publish(room, "scavo-2", works())
            await until(lambda: hook.accepted)
        assert len([one for one in hook.received if b'"scavo-1"' in one[2]]) == module._REJECTED_ATTEMPTS
        assert [name for _, name, _ in told(hook)] == ["scavo-2"]


async def test_a_missing_secret_is_reported_and_nothing_is_sent(tmp_path: Path) -> None:
    with Hook() as hook:
        webhook = settings(tmp_path, hook.url)
        Path(webhook.secret_file).unlink()
        async with sending(tmp_path, citelum=webhook) as (room, sender):
            await publish(room, "scavo-1", works())
            await until(sender.failing)
            assert "can't be read" in sender.failing()[0]
            settings(tmp_path, hook.url)
            await until(lambda: hook.accepted)


async def test_exercises_are_sent_only_where_the_site_file_says_so(tmp_path: Path) -> None:
    with Hook() as hook, Hook() as drill:
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url), comune=settings(tmp_path, drill.url, exercises=True)) as (
            room,
            _,
        ):
            await publish(room, "prova-1", accident(information_status="test"))
            await publish(room, "vero-1", accident())
            await until(lambda: hook.accepted and len(drill.accepted) == 2)
    assert [name for _, name, _ in told(hook)] == ["vero-1"]
    assert [name for _, name, _ in told(drill)] == ["prova-1", "vero-1"]


async def test_a_slow_receiver_does_not_delay_the_others(tmp_path: Path) -> None:
    released = asyncio.Event()
    loop = asyncio.get_running_loop()

    def waits() -> bool:
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result(60)
        return False

    with Hook() as slow, Hook() as hook:
        slow.refuses = waits
        async with sending(tmp_path, comune=settings(tmp_path, slow.url), citelum=settings(tmp_path, hook.url)) as (room, _):
            await publish(room, "scavo-1", works())
            await until(lambda: hook.accepted)
            assert not slow.accepted
            released.set()
            await until(lambda: slow.accepted)


async def test_a_process_that_runs_the_room_again_sends_again(tmp_path: Path) -> None:
    with Hook() as hook:
        sender = SituationWebhooks("prato", {"citelum": settings(tmp_path, hook.url)})
        for name in ("scavo-1", "scavo-2"):
            room, stop = opened(tmp_path), asyncio.Event()
            task = asyncio.create_task(sender(room, stop))
            await until_async(room, "citelum")
            await publish(room, name, works())
            await until(lambda: hook.accepted and told(hook)[-1][1] == name)  # noqa: B023 — awaited at once
            stop.set()
            await comment(room, name, "sveglia")
            await task
            await room.close()
        assert next(one.samples[0].value for one in sender.samples()) >= 2


async def test_a_store_that_can_t_be_used_for_a_while_is_reported_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = list[int]()
    read = ChangeReader.read

    def fails_once(reader: ChangeReader, store: SituationStore, recipient: str | None, number: int, exercises: Exercises) -> ChangeBatch:
        reads.append(number)
        if len(reads) == 1:
            raise SituationsUnavailable("disk I/O error")
        return read(reader, store, recipient, number, exercises)

    monkeypatch.setattr(ChangeReader, "read", fails_once)
    with Hook() as hook:
        async with sending(tmp_path, citelum=settings(tmp_path, hook.url)) as (room, sender):
            await until(lambda: len(reads) == 2 and not sender.failing())
            await room.run(lambda service: service.rules)
            assert len(reads) == 2, "it waits for what changes"
            await publish(room, "scavo-1", works())
            await until(lambda: hook.accepted)


async def test_a_stop_does_not_wait_for_everything_that_is_to_be_sent(tmp_path: Path) -> None:
    with Hook() as hook:
        sender = SituationWebhooks("prato", {"citelum": settings(tmp_path, hook.url)})
        room, stop = opened(tmp_path), asyncio.Event()
        loop = asyncio.get_running_loop()

        def stops() -> bool:
            loop.call_soon_threadsafe(stop.set)
            asyncio.run_coroutine_threadsafe(stop.wait(), loop).result(60)
            return False

        hook.refuses = stops
        await room.run(lambda service: service.store.save_position("webhook-citelum", 0))
        for number in range(5):
            await publish(room, f"scavo-{number}", works())
        await sender(room, stop)
        assert len(hook.accepted) == 1
        assert await room.run(lambda service: service.store.position("webhook-citelum")) == 1
        await room.close()
