"""The ingest role without a broker: what it does beside its worker."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.ingest.role import IngestRole, _within
from gateway.centre.role import RoleContext
from gateway.centre.self_audit.ledger import LedgerSettings
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.host import clock
from gateway.model.instants import ms_of_iso
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, RetentionSettings, StoreSettings
from gateway.model.topics import GatewayId
from tests.centre.readings import ROWS, stored


@pytest.fixture
def settings(tmp_path: Path) -> CentreSettings:
    store = StoreSettings(history=HistorySettings(path=str(tmp_path / "history.sqlite")))
    return CentreSettings(broker="mqtt://127.0.0.1:1", store=store, retention=RetentionSettings(raw=86400.0))


async def run_until(role: IngestRole, reached: Callable[[], bool]) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(role.run(stop))
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)
    stop.set()
    await running


async def test_expired_readings_are_pruned(settings: CentreSettings, tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "history.sqlite")
    recent = stored(ROWS[0])[0]._replace(t_ms=clock.now_ms())
    assert store.write([stored(*ROWS), [recent]]) == []
    store.close()
    reader = HistoryReader(tmp_path / "history.sqlite")
    await run_until(IngestRole(RoleContext("prato", settings)), lambda: not list(reader.rows("lamp")))
    assert {t_ms for _, t_ms, *_ in reader.rows("lighting_meter")} == {recent.t_ms}
    reader.close()


async def test_counters_are_stored_with_the_number_of_dead_letters(
    settings: CentreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.ingest.role._COUNT_EVERY_S", 0.01)
    letters = DeadLetters(tmp_path / "dead-letters.sqlite")
    letters.add([NewLetter("line", "t", "why", b"x")])
    letters.close()
    role = IngestRole(RoleContext("prato", settings))
    reader = HistoryReader(tmp_path / "history.sqlite")
    await run_until(role, lambda: any(field == "dead_letters" and value == 1 for _, _, field, value in reader.rows("worker")))
    reader.close()
    health = role.health()
    assert (health["ok"], health["connected"], health["store_works"], health["store_away_since"]) == (False, False, True, None)
    assert health["alarms"] == ["1 dead letters: 'gateway dead-letters list' shows them"]
    assert health["audit"] == {"missing": 0, "asked": 0, "repaired": 0, "unrecoverable": 0}
    assert not role.stuck()
    role._worker._inbox.progress = SimpleNamespace(stuck=True)  # type: ignore[assignment]
    assert role.stuck()
    assert "the ingest makes no progress" in str(role.health()["alarms"])
    samples = {metric.name: metric.samples[0].value for metric in role.samples()}
    assert (samples["street_dead_letters"], samples["street_ingest_batches"], samples["street_ingest_connected"]) == (1, 0, 0)


async def test_an_ingest_that_is_late_says_so_and_is_not_ok(settings: CentreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    role = IngestRole(RoleContext("prato", settings))
    role._worker.mqtt.state.connected = True
    assert role.health()["ok"]
    monkeypatch.setattr("gateway.centre.ingest.role._LATE_AFTER_S", -1.0)
    health = role.health()
    assert (health["ok"], health["late_s"]) == (False, 0.0)
    assert health["alarms"] == ["the ingest is 0 s late: the machine, or the store, is too slow for what the gateways send"]


async def test_a_gateway_that_runs_twice_is_an_alarm_a_metric_and_an_event_in_the_store(
    settings: CentreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.ingest.role._COUNT_EVERY_S", 0.01)
    role = IngestRole(RoleContext("prato", settings))
    for epoch in ("bb", "aa", "bb", "aa", "bb"):
        state = f'{{"state":"online","epoch":"{epoch}","host":"edge-{epoch}"}}'.encode()
        role._worker.counts.clones.accept(GatewayId("prato", "citelum", "gw-1"), state, time.monotonic())
    assert role.health()["alarms"] == ["two gateways run as citelum/gw-1, on edge-aa and on edge-bb: stop one of the two"]
    samples = {metric.name: metric.samples[0].value for metric in role.samples()}
    assert samples["street_ingest_cloned_gateways"] == 1
    reader = HistoryReader(tmp_path / "history.sqlite")
    await run_until(role, lambda: any(value == "cloned_identity" for *_, value in reader.rows("event")))
    events = {field: value for _, _, field, value in reader.rows("event")}
    assert (events["active"], events["text"]) == (True, "two gateways run as citelum/gw-1, on edge-aa and on edge-bb: stop one of the two")
    reader.close()


async def test_a_store_that_is_away_is_an_alarm_with_its_time(settings: CentreSettings) -> None:
    role = IngestRole(RoleContext("prato", settings))
    role._worker.store._failing_since_s = asyncio.get_running_loop().time()
    health = role.health()
    assert (health["ok"], health["store_works"]) == (False, False)
    since = str(health["store_away_since"])
    assert abs(ms_of_iso(since) - clock.now_ms()) < 60_000
    assert health["alarms"] == [
        f"the store is away since {since}: gateways keep their readings until it is back; the latest values are old"
    ]
    await run_until(role, lambda: True)


def test_nothing_is_audited_for_longer_than_the_store_keeps_it() -> None:
    memory = LedgerSettings()
    assert _within(memory, RetentionSettings()) == memory
    assert _within(memory, RetentionSettings(raw=7 * 86_400.0)) == memory
    assert _within(memory, RetentionSettings(raw=7200.0)).keep_ms == 7_200_000 - 2 * memory.part_ms
    assert _within(memory, RetentionSettings(raw=60.0)).keep_ms == 0
