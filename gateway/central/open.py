"""Opens the store that a site file names, for whoever looks into it."""

from pathlib import Path

from gateway.central.history import HistoryReader
from gateway.central.influx_reader import InfluxReader
from gateway.central.store import StoreReader
from gateway.central.victoria import VictoriaReader
from gateway.model.site import Store


def open_reader(store: Store) -> StoreReader:
    """Open a store to look into it.

    Raises:
        StoreUnavailable: it is not there.
    """
    if store.history is not None:
        return HistoryReader(Path(store.history.path))
    if store.influx is None:
        raise ValueError("the site file names no store")
    return VictoriaReader(store.influx) if store.influx.api == "victoria" else InfluxReader(store.influx)
