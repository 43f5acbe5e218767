"""Filling real stores; InfluxDB is filled by the tests of the dashboards, too."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.port import RefusedRow, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, InfluxSettings, StoreSettings
from gateway.simulate.history import filling
from gateway.simulate.history.filling import StoreNotEmpty, fill
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period
from tests.system.servers import influxdb

END = 1_796_063_400.0


def history() -> History:
    return History(12, Period(END - 6 * 3600, END), 900.0, 1)


def said(_share: float) -> None:
    pass


def test_the_embedded_history_is_filled_once(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    settings = CentreSettings(broker="mqtt://127.0.0.1:1883", store=StoreSettings(history=HistorySettings(path=str(path))))
    shares = list[float]()
    done = fill(settings, "UTC", history(), shares.append)
    assert (done.assets, done.refused, done.roll_ups) == (12, 0, 0)
    assert shares[-1] == 1.0
    reader = HistoryReader(path)
    newest = list(reader.latest("lighting_meter", ["active_power"], {}, 0))
    reader.close()
    assert len(newest) == 1
    with pytest.raises(StoreNotEmpty):
        fill(settings, "UTC", history(), said)


@pytest.mark.system
def test_the_roll_ups_of_influxdb_are_filled_for_whole_days(tmp_path: Path) -> None:
    server, url = influxdb(tmp_path)
    try:
        settings = InfluxSettings(url=url)
        done = fill(CentreSettings(broker="mqtt://127.0.0.1:1883", store=StoreSettings(influx=settings)), "Europe/Rome", history(), said)
        assert done.roll_ups > 10
        connection = InfluxConnection(settings)
        sums = []
        for source in ("", '"days".', '"quarter_hours".'):
            (found,) = query(connection, "street", f'SELECT sum("active_energy_interval") FROM {source}"lighting_meter"')
            sums.append(round(found["values"][0][1], 3))
        connection.close()
        assert len(set(sums)) == 1
    finally:
        server.stop()


class Overloaded:
    """A store that can't be used for a while."""

    def __init__(self, failures: int) -> None:
        self.failures, self.written = failures, list[Any]()

    def prepare_row(self, row: StoredRow) -> int:
        return row.t_ms

    def write(self, parts: Any) -> list[RefusedRow]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("500 timeout")
        self.written += parts
        return []


def test_an_overloaded_store_is_asked_again_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_PAUSES_S", (0.0, 0.0))
    store: Any = Overloaded(2)
    assert filling._patiently(partial(store.write, [1, 2])) == []
    assert store.written == [1, 2]
    with pytest.raises(StoreUnavailable):
        filling._patiently(partial(Overloaded(3).write, [1]))
