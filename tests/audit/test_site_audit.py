"""The audit of a site: its parts put together, and the second look at stores that show data late."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.audit.site_audit import Audit, audit_site
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.port import StoreReader
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import LoadedSite, load_site
from gateway.journal.entries import BatchState, Gap
from gateway.journal.inspect import EpochBatches, JournalRow
from gateway.model.batch import BatchRow
from tests.centre.readings import ME, METER, T, batch

RUN = b"epoch..8"

SITE = """
site: prato
operator: citelum
gateway: gw-0042
uplink: {broker: "mqtt://127.0.0.1:1"}
lines:
  - id: a
    tcp: 127.0.0.1:1
    devices: [{id: thermo, profile: xy_md02, asset: st-1, every: 1s}]
"""
CENTRE = 'site: prato\ncentre: {broker: "mqtt://127.0.0.1:1", store: {history: {path: h.sqlite}}}\n'


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal in which batches 0 to 2 are stored, with a reading of a meter each, and a gap without batch numbers."""
    rows = [JournalRow(METER, T + 1000 * n, BatchRow(0, 0, (2312, None)), BatchState.STORED) for n in range(3)]
    gap = Gap(T + 5000, None, None, None, T, T + 100, 17, "the disk is full")
    inspected = SimpleNamespace(epochs=lambda *_: [EpochBatches(RUN, {0, 1, 2}, set(), {})], gaps=lambda *_: [gap], rows=lambda *_: rows)
    monkeypatch.setattr("gateway.audit.site_audit.inspect", inspected)


def loaded(folder: Path, text: str) -> LoadedSite:
    (folder / "site.yaml").write_text(text)
    return load_site(folder / "site.yaml", ProfileLibrary())


def stored(store: HistoryStore, *numbers: int) -> None:
    meter = origin(ME, METER)
    rows = [StoredRow(meter, T + 1000 * n, [231.2, None]) for n in numbers]
    assert store.write([[*rows, *(uplink_row(ME, batch(seq=n), 1, T) for n in numbers)]]) == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    made = HistoryStore(tmp_path / "h.sqlite")
    yield made
    made.close()


@pytest.fixture
def reader(store: HistoryStore, tmp_path: Path) -> Iterator[HistoryReader]:
    made = HistoryReader(tmp_path / "h.sqlite")
    yield made
    made.close()


def audited(site: LoadedSite, reader: StoreReader | None) -> Audit:
    def wait(_: float) -> None:
        raise AssertionError("this store shows data at once")

    return audit_site(site, T - 1000, reader, wait)


@pytest.mark.usefixtures("journal")
def test_a_complete_store_is_good(tmp_path: Path, store: HistoryStore, reader: HistoryReader) -> None:
    stored(store, 0, 1, 2)
    found = audited(loaded(tmp_path, SITE), reader)
    assert (found.good, found.compared_with_store, found.cut_out, found.replay_span) == (True, True, [], None)
    assert [(gap.from_ms, gap.to_ms, gap.readings) for gap in found.gaps] == [(T, T + 100, 17)]
    assert found.lost_readings == 17


@pytest.mark.usefixtures("journal")
def test_missing_batches_and_readings_are_named_with_the_span_to_replay(tmp_path: Path, store: HistoryStore, reader: HistoryReader) -> None:
    stored(store, 0)
    found = audited(loaded(tmp_path, SITE), reader)
    assert (found.good, found.runs[0].missing) == (False, [(1, 2)])
    assert [(one.device, one.from_ms, one.to_ms) for one in found.cut_out] == [("meter-1", T + 1000, T + 2000)]
    assert found.replay_span == (T + 1000 - 60_000, T + 2000 + 1000)


@pytest.mark.usefixtures("journal")
def test_other_values_in_the_store_are_named(tmp_path: Path, store: HistoryStore, reader: HistoryReader) -> None:
    stored(store, 0, 1, 2)
    assert store.write([[StoredRow(origin(ME, METER), T + 1000, [99.5, None])]]) == []
    found = audited(loaded(tmp_path, SITE), reader)
    assert (found.good, found.cut_out, found.replay_span) == (False, [], None)
    assert [(one.field, one.from_ms, one.confirmed, one.stored) for one in found.altered] == [("voltage_l1", T + 1000, 231.2, 99.5)]


@pytest.mark.usefixtures("journal")
def test_without_a_centre_the_receipts_count(tmp_path: Path) -> None:
    found = audited(loaded(tmp_path, SITE), None)
    assert (found.good, found.compared_with_store, found.runs[0].stored) == (True, False, 3)


def test_without_a_gateway_the_numbers_in_the_store_count(tmp_path: Path, store: HistoryStore, reader: HistoryReader) -> None:
    stored(store, 0, 2)
    found = audited(loaded(tmp_path, CENTRE), reader)
    assert (found.good, found.runs[0].unknown, found.cut_out) == (False, [(1, 1)], [])


@pytest.mark.usefixtures("journal")
def test_a_store_that_shows_data_late_is_read_again(tmp_path: Path, store: HistoryStore, reader: HistoryReader) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        stored(store, 0, 1, 2)

    reader.shows_within_s = 12.0
    assert audit_site(loaded(tmp_path, SITE), T - 1000, reader, wait).good
    assert waited == [12.0]
