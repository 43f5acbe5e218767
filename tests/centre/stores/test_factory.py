"""Stores as a site file names them."""

from pathlib import Path

import pytest

from gateway.centre.stores.factory import open_dead_letters, open_reader, open_store
from gateway.centre.stores.influx.reader import InfluxReader
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.centre.stores.victoria import VictoriaReader
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, InfluxSettings, RetentionSettings, StoreSettings
from tests.centre.readings import ROWS, T, write


def centre(store: StoreSettings, raw_s: float | None = None) -> CentreSettings:
    return CentreSettings(broker="mqtt://127.0.0.1:1", store=store, retention=RetentionSettings(raw=raw_s))


def history(folder: Path) -> StoreSettings:
    return StoreSettings(history=HistorySettings(path=str(folder / "h.sqlite")))


def test_a_history_is_opened_for_writing_with_its_retention_and_for_reading(tmp_path: Path) -> None:
    store = open_store(centre(history(tmp_path), 60.0))
    assert isinstance(store, HistoryStore)
    write(store, *ROWS)
    store.prune(T + 3_600_000)
    reader = open_reader(history(tmp_path))
    assert isinstance(reader, HistoryReader)
    assert list(reader.rows("lamp")) == []
    reader.close()
    store.close()


@pytest.mark.parametrize(("api", "reader"), [("v1", InfluxReader), ("v2", InfluxReader), ("victoria", VictoriaReader)])
def test_a_server_is_read_in_its_own_way(api: str, reader: type) -> None:
    settings = StoreSettings(influx=InfluxSettings(url="http://127.0.0.1:1", api=api))  # type: ignore[arg-type]
    assert isinstance(open_store(centre(settings)), InfluxStore)
    assert isinstance(open_reader(settings), reader)


def test_a_folder_that_can_not_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = centre(history(tmp_path / "file"))
    with pytest.raises(StoreUnavailable):
        open_store(settings)
    with pytest.raises(StoreUnavailable, match="set 'centre: dead_letters:' to another file"):
        open_dead_letters(settings)
