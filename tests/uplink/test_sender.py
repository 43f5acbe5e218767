"""The sender, with a journal on disk and a broker that the test plays. With a real broker: `tests/system/test_uplink.py`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.host.threads import OneThread
from gateway.journal.entries import BatchNumber, JournalEntry, JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Batch, Clock, Flag, encode_rows, unpack
from gateway.model.messages import Receipt, Refusal
from gateway.uplink.journal_tasks import JournalTasks
from gateway.uplink.sender import LIVE_S, REPLAY_AFTER_S, BatchSender, SenderPort, as_replay
from gateway.uplink.window import BATCHES

NOW_MS = 1_795_400_000_000


class Rig:
    """A sender whose published batches stay here, with the futures that the broker would resolve."""

    def __init__(self, folder: Path, *, confirm_by_broker: bool = False) -> None:
        self.now_ms = NOW_MS
        self.thread = OneThread("journal")
        self.journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 1e6, 1e6), lambda: self.now_ms)
        self.tasks = JournalTasks(self.journal, self.thread)
        self.may_send, self.woken = True, 0
        self.published: list[tuple[Batch, asyncio.Future[None]]] = []
        port = SenderPort(self.publish, lambda: self.may_send, self.wake, lambda: self.now_ms)
        self.sender = BatchSender(self.journal, self.thread, self.tasks, port, confirm_by_broker=confirm_by_broker)

    def publish(self, body: bytes) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.published.append((unpack(body), future))
        return future

    def wake(self) -> None:
        self.woken += 1

    def add(self, count: int = 1, *, ago_s: float = 0.0) -> None:
        self.now_ms -= int(1000 * ago_s)
        for _ in range(count):
            rows = encode_rows([(0, 0, [1], None)])
            self.journal.append(schema=b"schema.8", t0_ms=self.now_ms, clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows)
        self.now_ms += int(1000 * ago_s)

    async def confirm(self, *ranges: tuple[int, int], **others: list[Refusal]) -> None:
        self.sender.receive(Receipt(self.journal.epoch.hex(), list(ranges), **others))
        await self.tasks.finish(5)

    @property
    def sent(self) -> list[tuple[int, bool]]:
        """The numbers of the published batches, and whether they are flagged as replay."""
        return [(one.seq, one.replay) for one, _ in self.published]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.journal.close()
    made.thread.close()


async def test_new_batches_are_sent_once_until_they_are_resent(rig: Rig) -> None:
    rig.add(3)
    await rig.sender.send()
    await rig.sender.send()
    assert rig.sent == [(0, False), (1, False), (2, False)]
    assert (rig.sender.counts.sent, rig.sender.sent_up_to) == (3, rig.journal.newest_id)
    assert rig.sender.counts.bytes == sum(len(entry.body) for entry in rig.journal.waiting(0, 9))
    rig.add()
    await rig.sender.send()
    assert rig.sent[3:] == [(3, False)]


async def test_nothing_is_sent_while_it_must_not_be(rig: Rig) -> None:
    rig.add()
    rig.may_send = False
    await rig.sender.send()
    assert (rig.sent, rig.sender.sent_up_to) == ([], 0)


async def test_sending_that_is_stopped_in_the_middle_continues_where_it_was(rig: Rig) -> None:
    rig.add(40)
    publish = rig.publish

    def stop_after_ten(body: bytes) -> asyncio.Future[None]:
        rig.may_send = len(rig.published) < 9
        return publish(body)

    rig.sender._port = rig.sender._port._replace(publish=stop_after_ten)
    await rig.sender.send()
    position = rig.sender.sent_up_to
    assert position < 40
    rig.may_send = True
    rig.sender._port = rig.sender._port._replace(publish=publish)
    await rig.sender.send()
    assert rig.sent == [(seq, False) for seq in range(40)]


async def test_batches_read_before_sending_must_stop_are_not_sent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their times may be corrected meanwhile, and what is sent then would be stored with the wrong ones."""
    rig.add(3)
    waiting, find_waiting = rig.journal.waiting, rig.journal.find_waiting

    def stop_while_reading(after_id: int, limit: int) -> list[JournalEntry]:
        rig.may_send = False
        return waiting(after_id, limit)

    def stop_while_finding(number: BatchNumber) -> JournalEntry | None:
        rig.may_send = False
        return find_waiting(number)

    monkeypatch.setattr(rig.journal, "waiting", stop_while_reading)
    await rig.sender.send()
    assert (rig.sent, rig.sender.sent_up_to) == ([], 0)
    rig.may_send = True
    monkeypatch.setattr(rig.journal, "waiting", waiting)
    await rig.sender.send()
    rig.published.clear()
    rig.sender.window.schedule_retry(BatchNumber(rig.journal.epoch, 0), 0, 0)
    monkeypatch.setattr(rig.journal, "find_waiting", stop_while_finding)
    await rig.sender.send()
    assert rig.sent == []
    rig.may_send = True
    monkeypatch.setattr(rig.journal, "find_waiting", find_waiting)
    await rig.sender.send()
    assert rig.sent == [(0, False)]


async def test_what_was_sent_is_known_while_more_is_read(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.add(40)
    waiting, known = rig.journal.waiting, []

    def look(after_id: int, limit: int) -> list[JournalEntry]:
        known.append((len(rig.sent), rig.sender.sent_up_to))
        return waiting(after_id, limit)

    monkeypatch.setattr(rig.journal, "waiting", look)
    await rig.sender.send()
    assert known == [(0, 0), (32, 32)]


async def test_the_window_limits_how_many_are_sent_and_receipts_make_room(rig: Rig) -> None:
    rig.add(BATCHES + 20)
    await rig.sender.send()
    assert len(rig.sent) == BATCHES
    woken = rig.woken
    await rig.confirm((0, 9))
    assert rig.woken == woken + 1
    assert rig.sender.progress.is_set()
    await rig.sender.send()
    assert [seq for seq, _ in rig.sent[BATCHES:]] == list(range(BATCHES, BATCHES + 10))
    assert rig.sender.counts.stored == 10


async def test_a_backlog_is_sent_beside_new_batches_and_flagged_if_it_is_old(rig: Rig) -> None:
    rig.add(2, ago_s=REPLAY_AFTER_S + 1)
    rig.add(1, ago_s=LIVE_S + 1)
    rig.add(1)
    await rig.sender.send()
    assert rig.sent == [(3, False), (0, True)], "one batch of the backlog is on its way until its receipt is in time"
    await rig.confirm((0, 0))
    await rig.sender.send()
    assert rig.sent[2:] == [(1, True)]
    await rig.confirm((1, 1), (3, 3))
    await rig.sender.send()
    assert rig.sent[3:] == [(2, False)]


async def test_after_a_restart_everything_unconfirmed_is_sent_again_and_after_a_rewind_only_what_is_not_in_the_window(rig: Rig) -> None:
    rig.add(2)
    await rig.sender.send()
    woken = rig.woken
    rig.sender.rewind()
    assert rig.woken == woken + 1
    await rig.sender.send()
    assert len(rig.sent) == 2
    rig.sender.restart()
    await rig.confirm((0, 0))
    await rig.sender.send()
    assert rig.sent[2:] == [(1, False)]


async def test_a_late_batch_is_resent_unless_it_is_settled(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.add(2)
    await rig.sender.send()
    first, second = (BatchNumber(rig.journal.epoch, seq) for seq in range(2))
    monkeypatch.setattr(rig.sender.window, "due", lambda _: first)
    await rig.sender.send()
    assert (rig.sent[2:], rig.sender.counts.resent) == ([(0, False)], 1)
    rig.journal.mark_stored(rig.journal.epoch, [(1, 1)])
    monkeypatch.setattr(rig.sender.window, "due", lambda _: second)
    await rig.sender.send()
    assert (len(rig.sent), second in rig.sender.window) == (3, False)


async def test_a_rejected_batch_is_set_aside_and_one_to_retry_is_due_soon(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.add(3)
    await rig.sender.send()
    await rig.confirm(rejected=[Refusal(0, "no such field")], retry=[Refusal(1, "unknown-schema")], partly=[Refusal(2, "two readings")])
    assert rig.journal.file.value("SELECT reason FROM batches WHERE seq = 0") == "no such field"
    assert rig.sender.counts.rejected == 1
    assert BatchNumber(rig.journal.epoch, 0) not in rig.sender.window
    assert rig.sender.window.due(asyncio.get_running_loop().time() + 1.5) == BatchNumber(rig.journal.epoch, 1)
    assert "the centre rejects batch 0: no such field" in caplog.text
    assert "the centre stored batch 2 except readings that it set aside: two readings" in caplog.text


async def test_a_receipt_with_an_unreadable_epoch_is_an_error_of_the_message(rig: Rig) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        rig.sender.receive(Receipt("zz"))


async def test_a_batch_that_the_broker_refuses_is_sent_again_soon(rig: Rig) -> None:
    rig.add()
    await rig.sender.send()
    woken = rig.woken
    rig.published[0][1].set_exception(PublishRefused("not authorised"))
    await asyncio.sleep(0)
    assert (rig.sender.counts.refused, rig.woken) == (1, woken + 1)
    now_s = asyncio.get_running_loop().time()
    assert rig.sender.window.due(now_s + 9) is None
    assert rig.sender.window.due(now_s + 11) == BatchNumber(rig.journal.epoch, 0)


@pytest.mark.parametrize("confirm_by_broker", [True, False])
async def test_an_acknowledgement_of_the_broker_is_a_receipt_only_if_it_confirms(confirm_by_broker: bool, tmp_path: Path) -> None:
    rig = Rig(tmp_path, confirm_by_broker=confirm_by_broker)
    rig.add(2)
    await rig.sender.send()
    rig.published[0][1].set_result(None)
    rig.published[1][1].set_exception(Disconnected("gone"))
    await asyncio.sleep(0)
    await rig.tasks.finish(5)
    assert [entry.number.seq for entry in rig.journal.waiting(0, 9)] == ([1] if confirm_by_broker else [0, 1])
    rig.journal.close()
    rig.thread.close()


async def test_a_batch_damaged_on_disk_is_never_sent(rig: Rig) -> None:
    rig.add(3)
    with rig.journal.file.transaction() as database:
        database.execute("UPDATE batches SET body = x'00' WHERE seq = 1")
    await rig.sender.send()
    assert rig.sent == [(0, False), (2, False)]
    assert [gap.from_seq for gap in rig.journal.gaps.all()] == [1]


async def test_a_batch_damaged_after_it_was_sent_is_not_resent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.add()
    await rig.sender.send()
    number = BatchNumber(rig.journal.epoch, 0)
    with rig.journal.file.transaction() as database:
        database.execute("UPDATE batches SET body = x'00'")
    monkeypatch.setattr(rig.sender.window, "due", lambda _: number)
    await rig.sender.send()
    assert (len(rig.sent), number in rig.sender.window, rig.sender.counts.resent) == (1, False, 0)


async def test_stored_batches_that_the_centre_lost_are_sent_again(rig: Rig) -> None:
    rig.add(2)
    await rig.sender.send()
    await rig.confirm((0, 1))
    rig.sender.replay(NOW_MS, None)
    await rig.tasks.finish(5)
    await rig.sender.send()
    assert [seq for seq, _ in rig.sent] == [0, 1, 0, 1]


async def test_what_was_sent_is_known_after_a_rewind_too(rig: Rig) -> None:
    rig.add(2)
    await rig.sender.send()
    rig.sender.rewind()
    assert rig.sender.sent_up_to == rig.journal.newest_id


def test_the_flag_of_a_replay_is_added_to_the_others() -> None:
    from gateway.model.batch import encode

    body = encode(
        epoch=b"epoch..8", seq=0, schema=b"schema.8", t0_ms=1, clock=Clock.SYNCED, flags=Flag.EVENTS, floor_ms=0, rows=encode_rows([])
    )
    assert unpack(as_replay(body)).flags == Flag.EVENTS | Flag.REPLAY
