"""The audit in the background, with the embedded history as its store; tests/system/test_self_audit.py uses real servers."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.self_audit.auditor import AuditPorts, SelfAudit
from gateway.centre.self_audit.counting_store import CountingStore
from gateway.centre.self_audit.ledger import ConfirmedLedger, LedgerSettings
from gateway.centre.self_audit.owed import OwedReadings
from gateway.centre.self_audit.parts import NOTHING, Shortfall
from gateway.centre.self_audit.saved_parts import SavedParts
from gateway.centre.self_audit.verdicts import AuditPace, LostPart
from gateway.centre.stores.port import SelectedSeries, Span, StoreReader, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.host import clock
from gateway.model.messages import Ask
from gateway.model.topics import GatewayId
from tests.centre.readings import ME, ROWS, batch, known, read

PART_MS = 1000
DOCUMENT = known()


class Audited:
    """A history with one batch of each of two gateways, and the audit of both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asks = folder, list[tuple[GatewayId, Ask]]()
        self.history = HistoryStore(folder / "history.sqlite")
        self.store = CountingStore(self.history, PART_MS)
        self.t_ms = (clock.now_ms() - 60_000) // PART_MS * PART_MS
        self.error: str | None = None
        self.records: list[list[LostPart]] = []
        """What the audit recorded as lost; the store does not accept the first."""
        self.audit = self.again()

    def again(self) -> SelfAudit:
        """Return an audit as after a restart."""
        ports = AuditPorts(
            self.store,
            self._reader,
            lambda: SavedParts(self.folder / "dead.sqlite", ME.site, "worker-1", PART_MS),
            lambda: OwedReadings(self.folder / "dead.sqlite"),
            lambda sender, ask: self.asks.append((sender, ask)),
            self._record,
        )
        memory = ConfirmedLedger(LedgerSettings(part_ms=PART_MS, settle_ms=1))
        self.audit = SelfAudit(memory, ports, AuditPace(tick_s=0.02, again_ms=20, ask_again_ms=20, asks=2))
        return self.audit

    def _reader(self) -> StoreReader:
        if self.error is not None:
            raise StoreUnavailable(self.error)
        return HistoryReader(self.folder / "history.sqlite")

    async def _record(self, lost: Sequence[LostPart]) -> bool:
        self.records.append(list(lost))
        return len(self.records) > 1

    def send(self, sender: GatewayId = ME) -> None:
        made = batch(*ROWS[:2])
        made = type(made)(made.version, made.epoch, made.seq, made.schema, self.t_ms, made.clock, 0, 0, made.rows)
        prepared, _ = self.store.prepare(made, read(*ROWS[:2]), DOCUMENT, uplink_row(sender, made, 2, self.t_ms))
        self.store.write([prepared])

    def lose(self) -> None:
        with sqlite3.connect(self.folder / "history.sqlite") as database:
            database.execute("DELETE FROM samples")
        database.close()

    def report(self) -> dict[str, object]:
        return self.audit.health()


@asynccontextmanager
async def running(audited: Audited) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(audited.audit.run(stop))
    yield
    stop.set()
    await task
    await audited.audit.close()


async def until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.self_audit.auditor._TAKE_EVERY_S", 0.02)


def metric(audited: Audited, name: str) -> float:
    return next(float(one.samples[0].value) for one in audited.audit.samples() if one.name == name)


async def test_what_the_store_lost_is_asked_for_and_reported_until_it_is_back(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    audited.send()
    async with running(audited):
        await until(lambda: metric(audited, "street_audit_parts"))
        assert (audited.asks, audited.audit.alarms()) == ([], [])
        audited.lose()
        await until(lambda: audited.asks)
        assert audited.asks[0] == (ME, Ask(since_ms=audited.t_ms - 60_000, until_ms=audited.t_ms + PART_MS))
        assert "the store lost readings that it had confirmed: citelum/gw-0042 from 20" in audited.audit.alarms()[0]
        audited.send()
        await until(lambda: audited.report()["repaired"])
        assert audited.report() | {"asked": 0} == {"missing": 0, "asked": 0, "repaired": 1, "unrecoverable": 0}
    assert audited.audit.alarms() == []


async def test_what_does_not_come_again_is_an_alarm(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    audited.send()
    audited.lose()
    async with running(audited):
        await until(lambda: audited.report()["unrecoverable"])
        assert audited.report() == {"missing": 1, "asked": 2, "repaired": 0, "unrecoverable": 1}
        assert metric(audited, "street_audit_unrecoverable") == 1
        assert "did not come again: citelum/gw-0042 from 20" in audited.audit.alarms()[0]
        await until(lambda: len(audited.records) > 1)
        assert audited.records[0] == audited.records[1] == [LostPart(ME, audited.t_ms, Shortfall(1, 4))]


async def test_what_comes_in_the_end_is_recorded_too(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    audited.send()
    audited.lose()
    async with running(audited):
        await until(lambda: audited.report()["unrecoverable"])
        assert audited.audit.lost_parts() == 1
        audited.send()
        await until(lambda: audited.records and audited.records[-1] == [LostPart(ME, audited.t_ms, NOTHING)])
        assert audited.audit.lost_parts() == 0


async def test_a_restart_does_not_forget_what_was_confirmed(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    audited.send()
    async with running(audited):
        pass
    audited.lose()
    audited.again()
    async with running(audited):
        await until(lambda: audited.report()["missing"])


async def test_a_store_that_can_not_be_read_is_reported_and_audited_when_it_can(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    audited.error = "403 not allowed to read"
    audited.send()
    async with running(audited):
        await until(lambda: "unavailable" in audited.report())
        assert audited.audit.alarms() == ["confirmed readings are not audited: 403 not allowed to read"]
        audited.error = None
        await until(lambda: metric(audited, "street_audit_parts"))
        assert audited.audit.alarms() == []


async def test_a_gateway_whose_audit_fails_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    select = HistoryReader.select

    def failing(self: HistoryReader, measurement: str, fields: list[str], where: dict[str, str], span: Span) -> Iterator[SelectedSeries]:
        if where["gateway"] != ME.gateway:
            raise StoreUnavailable("the response is too large")
        return select(self, measurement, fields, where, span)

    monkeypatch.setattr(HistoryReader, "select", failing)
    audited = Audited(tmp_path)
    for number in range(10):
        audited.send(GatewayId("prato", "citelum", f"large-{number}"))
    audited.send()
    async with running(audited):
        await until(lambda: metric(audited, "street_audit_parts"))
        assert audited.report()["missing"] == 0


async def test_without_its_file_it_audits_what_is_confirmed_from_now_on(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    (tmp_path / "dead.sqlite").write_text("no database, but long enough to be read as one" * 100)
    audited.send()
    async with running(audited):
        await until(lambda: metric(audited, "street_audit_parts"))


async def test_gateways_that_are_heard_are_asked_for_what_a_restored_centre_lacks(tmp_path: Path) -> None:
    audited = Audited(tmp_path)
    owed = OwedReadings(tmp_path / "dead.sqlite")
    owed.add(Span(audited.t_ms, audited.t_ms + 1000))
    async with running(audited):
        await asyncio.sleep(0.1)
        assert audited.asks == []
        audited.send()
        await until(lambda: audited.asks == [(ME, Ask(since_ms=audited.t_ms, until_ms=audited.t_ms + 1000))])
    owed.close()
