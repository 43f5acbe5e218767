"""The corrector: what becomes of earlier readings when the clock can be trusted, and when the disk does not take the correction."""

from pathlib import Path

import pytest

from gateway.edge.clock.corrector import ClockCorrector
from gateway.edge.clock.trusted_time import TrustedTime
from gateway.edge.gateway import EdgeGateway
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Flag, rows_of, unpack
from gateway.model.reading import Reading
from tests.edge.clock.machine import DAY_MS, TRUE_MS, WAIT_MS, Machine
from tests.edge.edges import edge_in
from tests.journal.journals import TELEMETRY, append, refuse_writes


@pytest.fixture
def edge(tmp_path: Path) -> EdgeGateway:
    return edge_in(tmp_path)


async def test_a_boot_without_a_clock_ends_with_every_reading_at_its_true_time(tmp_path: Path, edge: EdgeGateway) -> None:
    machine, thread = Machine(wrong_ms=-40 * DAY_MS), OneThread("journal")
    time = TrustedTime(machine.sources(), WAIT_MS)
    journal = Journal(tmp_path / "another.sqlite", JournalLimits(1 << 24, 1e9, 1e9), time.now_ms)
    recorder = Recorder(journal, thread, lambda: time.clock)
    write = recorder.register([TELEMETRY])
    recorder.store_schema()
    corrector = ClockCorrector(time, journal, recorder, thread)
    read_ms = []
    for second in range(6):
        machine.true_ms += 1000
        read_ms.append(machine.true_ms)
        write([Reading(0, time.now_ms(), [second], {})])
        if second < 4:
            await recorder.flush()
    machine.wrong_ms, machine.synchronised = 0, True
    assert not corrector.ready()
    await corrector.update(edge._uplink)
    assert corrector.ready()
    machine.true_ms += 1000
    read_ms.append(machine.true_ms)
    write([Reading(0, time.now_ms(), [6], {})])
    await recorder.flush()
    batches = [unpack(entry.body) for entry in journal.waiting(0, 99)]
    found = [(batch.t0_ms + row.dt_ms, row.values[0]) for batch in batches for row in rows_of(batch)]
    assert found == [(t_ms, second) for second, t_ms in enumerate(read_ms)]
    assert {batch.clock for batch in batches} == {Clock.SYNCED}
    assert all(entry.made_ms >= TRUE_MS for entry in journal.waiting(0, 99))
    journal.close()
    thread.close()


async def test_a_correction_that_a_full_disk_does_not_take_is_made_later_and_nothing_is_sent_before(
    edge: EdgeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    append(edge._journal, clock=Clock.UNSYNCED, t0_ms=TRUE_MS)
    refuse_writes(edge._journal)
    edge._clock._uncorrected_ms = 5000
    await edge._clock.update(edge._uplink)
    assert "nothing is sent until it succeeds" in caplog.text
    assert not edge._clock.ready()
    refuse_writes(edge._journal, refuse=False)
    edge._uplink._wake.clear()
    await edge._clock.update(edge._uplink)
    assert edge._clock.ready()
    assert edge._uplink._wake.is_set()
    assert edge._journal.file.value("SELECT t0_ms FROM batches") == TRUE_MS + 5000


async def test_batches_sent_with_wrong_times_are_withdrawn_step_by_step(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    rewound: list[bool] = []
    monkeypatch.setattr(edge._uplink.sender, "rewind", lambda: rewound.append(True))
    append(edge._journal, clock=Clock.UNSYNCED, t0_ms=1000)
    edge._journal.corrections.correct(edge._journal.epoch, edge._journal.newest_id, 500, Clock.SYNCED)
    await edge._clock.update(edge._uplink)
    assert rewound == [], "it has no receipt yet"
    edge._journal.mark_stored(edge._journal.epoch, [(0, 0)])
    await edge._clock.update(edge._uplink)
    assert rewound == [True]
    assert [unpack(entry.body).flags for entry in edge._journal.waiting(0, 9)] == [Flag.WITHDRAWN]
    edge._journal.mark_stored(edge._journal.epoch, [(0, 0)])
    refuse_writes(edge._journal)
    await edge._clock.update(edge._uplink)
    refuse_writes(edge._journal, refuse=False)
    await edge._clock.update(edge._uplink)
    assert [unpack(entry.body).t0_ms for entry in edge._journal.waiting(0, 9)] == [1500]


async def test_a_trusted_clock_that_steps_back_lets_readings_have_earlier_times(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, allowed = Machine(synchronised=True, wrong_ms=DAY_MS), list[bool]()
    corrector = ClockCorrector(TrustedTime(machine.sources(), WAIT_MS), edge._journal, edge._recorder, edge._thread)
    monkeypatch.setattr(edge._recorder, "allow_earlier_times", lambda: allowed.append(True))
    await corrector.update(edge._uplink)
    assert allowed == []
    machine.wrong_ms = 0
    await corrector.update(edge._uplink)
    assert allowed == [True]


async def test_the_centre_is_asked_while_there_is_no_synchronised_clock_and_a_change_is_reported(
    edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, reported = list[int](), list[str]()
    monkeypatch.setattr(edge._uplink, "ask_time", asked.append)
    monkeypatch.setattr(edge._uplink, "report_clock", reported.append)
    machine = Machine(wrong_ms=-DAY_MS)
    corrector = ClockCorrector(TrustedTime(machine.sources(), WAIT_MS), edge._journal, edge._recorder, edge._thread)
    await corrector.update(edge._uplink)
    assert (asked, reported) == ([20_000], [])
    machine.wrong_ms, machine.synchronised = 0, True
    await corrector.update(edge._uplink)
    await corrector.update(edge._uplink)
    assert (asked, reported) == ([20_000, 20_000], ["synced"])
