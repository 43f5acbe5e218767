"""Files that earlier versions wrote (`written_before/README.md`) are read with every value, and continued."""

import shutil
from pathlib import Path

import pytest

from gateway.fieldbus.derive.processor import ProcessorState
from gateway.fieldbus.derive.quarter_hours import Register, Registers
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_plan import Hole
from gateway.host.device_state import DeviceState
from gateway.journal import inspect
from gateway.journal.entries import BatchNumber, BatchState, Gap
from gateway.model.batch import Clock, Flag, rows_of, unpack
from gateway.model.stream import decode_schema
from tests.journal.journals import LIMITS, Now, append, opened

BEFORE = Path(__file__).parent / "written_before"
T = 1_795_400_000_000
FIRST, SECOND = b"epoch..1", b"epoch..2"
FULL = Gap(T + 4000, None, None, None, T - 9000, T - 8000, 17, "the disk took nothing, and memory was full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BEFORE, tmp_path / "before")
    return tmp_path / "before"


def test_every_value_of_a_journal_is_read_without_changing_the_file(folder: Path) -> None:
    before = (folder / "journal.sqlite").read_bytes()
    path = folder / "journal.sqlite"
    readings = list(inspect.readings(path))
    expected: list[tuple[int, str, object, str]] = []
    for n, state in enumerate(("stored", "stored", "rejected", "waiting")):
        energy = 100.0 * (41_000 + n)
        expected += [
            (T + 1000 * n, "qe-041", {"voltage_l1": (2310 + n) / 10, "active_energy": energy}, state),
            (T + 1000 * n + 100, "qe-041", {"active_energy": energy}, state),
            (T + 1000 * n + 250, "pl-1", {"dim_level": 50 + n, "lamp_failure": n == 1, "power_state": "on"}, state),
        ]
    for n, (t_ms, state) in enumerate(((1000, "stored"), (2000, "waiting"), (3000, "waiting"), (T + 4000, "waiting"))):
        expected.append((t_ms, "qe-041", {"voltage_l1": (2400 + n) / 10, "active_energy": 100.0 * (42_000 + n)}, state))
    assert [(one.t_ms, one.asset, one.values, one.state) for one in readings] == expected
    assert readings[1].quality == {"voltage_l1": "BadNoCommunication"}
    assert inspect.gaps(path) == [FULL]
    assert list(inspect.flaws(path)) == []
    assert path.read_bytes() == before


def test_a_journal_is_continued_where_it_was(folder: Path) -> None:
    now = Now(T + 60_000)
    journal = opened(folder, now, LIMITS._replace(bytes=1 << 30, age_s=1e9, keep_stored_s=1e9))
    states = {(epoch, seq): state for epoch, seq, state in journal.file.database.execute("SELECT epoch, seq, state FROM batches")}
    assert states == {
        (FIRST, 0): BatchState.STORED,
        (FIRST, 1): BatchState.STORED,
        (FIRST, 2): BatchState.REJECTED,
        (FIRST, 3): BatchState.WAITING,
        (SECOND, 0): BatchState.WITHDRAWN,
        (SECOND, 1): BatchState.WITHDRAWING,
        (SECOND, 2): BatchState.WAITING,
        (SECOND, 3): BatchState.WAITING,
    }
    full, killed = journal.gaps.all()
    assert full == FULL
    assert (killed.epoch, killed.from_ms, killed.to_ms, killed.readings) == (SECOND, T + 4000, T + 60_000, 0)
    assert [gap for _, gap in journal.gaps.next_unreported()] == [full, killed]
    ((_, document),) = journal.schemas().items()
    assert [(one.asset, one.measurement, len(one.fields)) for one in decode_schema(document).streams] == [
        ("qe-041", "lighting_meter", 2),
        ("pl-1", "lamp", 3),
    ]
    held = {BatchNumber(FIRST, 3), BatchNumber(SECOND, 3)}
    assert [entry.number for entry in journal.waiting(0, 99)] == [BatchNumber(SECOND, seq) for seq in (1, 2)], "others are held"
    assert all(journal.find_waiting(number) for number in held)
    assert append(journal) == BatchNumber(journal.epoch, 0)


def test_a_correction_in_progress_is_finished(folder: Path) -> None:
    journal = opened(folder, Now(T + 60_000))
    assert journal.corrections.pending
    assert journal.corrections.step() == 0, "one withdrawal and one batch have no receipt yet"
    journal.mark_stored(SECOND, [(1, 3)])
    assert journal.corrections.step() == 1
    journal.mark_stored(SECOND, [(2, 2)])
    assert journal.corrections.step() == 3
    assert (journal.corrections.step(), journal.corrections.pending) == (4, False)
    corrected = [unpack(entry.body) for entry in journal.waiting(0, 99) if entry.number.epoch == SECOND]
    assert [(one.seq, one.t0_ms, one.clock, one.flags) for one in corrected] == [
        (seq, T + 1000 + 1000 * seq, Clock.SYNCED, Flag(0)) for seq in range(3)
    ]
    assert [rows_of(one)[0].values for one in corrected] == [(2400 + n, 42_000 + n) for n in range(3)]


def test_what_a_gateway_learned_about_a_device_is_read(folder: Path) -> None:
    learned = LearnedStore(folder / "learned")
    assert learned.load("meter-1", "carlo_gavazzi_em340") == Learned(
        "carlo_gavazzi_em340", (Hole(3, 16, 20), Hole(4, 300, 300)), ("active_power", "dim_level@3")
    )
    assert learned.load("meter-1", "another_product") == Learned("another_product")


def test_the_processor_state_of_a_device_is_read(folder: Path) -> None:
    assert DeviceState(folder / "devices", ProcessorState, "processor state").recall("meter-1") == ProcessorState(
        Registers("DL-1", "SN-77", {"0.active_energy": Register(1994888, 41000), "0.reactive_energy": Register(1994888, 1.5)}),
        ["qe-041.overload", "qe-041.phase_loss"],
    )
