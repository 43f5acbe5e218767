"""Opens what a site file names for the centre: the store, for writing or reading, and the file of dead letters."""

import sqlite3
from pathlib import Path
from typing import Any

from gateway.centre.dead_letters import DeadLetters
from gateway.centre.stores.influx.reader import InfluxReader
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.per_operator import ReadersPerOperator, StoresPerOperator
from gateway.centre.stores.port import SeriesStore, StoreReader, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.centre.stores.victoria import VictoriaReader
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings, StoreSettings


def open_store(settings: CentreSettings) -> SeriesStore[Any]:
    """Open the store of a centre for writing.

    Raises:
        StoreUnavailable: The history's file can't be opened.
        SecretError: A password's, token's or CA's file can't be used.
    """
    store = settings.store
    if store.influx is not None:
        return open_influx(store.influx)
    if store.history is None:
        raise ValueError("the site file names no store")
    return HistoryStore(Path(store.history.path), settings.retention.raw)


def open_influx(settings: InfluxSettings) -> SeriesStore[Any]:
    """Open an InfluxDB, or what accepts its line protocol, for writing: one store for each operator that has a database of its own.

    Raises:
        SecretError: A password's, token's or CA's file can't be used.
    """
    shared, *own = map(InfluxStore, settings.databases())
    return StoresPerOperator(shared, dict(zip(settings.operators, own, strict=True))) if own else shared


def open_dead_letters(settings: CentreSettings) -> DeadLetters:
    """Open the file of dead letters.

    Raises:
        StoreUnavailable: It can't be opened.
    """
    path = settings.dead_letters_path()
    try:
        return DeadLetters(Path(path))
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"can't open the dead letters {path}: {error}; set 'centre: dead_letters:' to another file") from error


def open_reader(settings: StoreSettings) -> StoreReader:
    """Open a store for reading.

    Raises:
        StoreUnavailable: The history does not exist.
        SecretError: A password's, token's or CA's file can't be used.
    """
    if settings.history is not None:
        return HistoryReader(Path(settings.history.path))
    if settings.influx is None:
        raise ValueError("the site file names no store")
    if settings.influx.api == "victoria":
        return VictoriaReader(settings.influx)
    shared, *own = map(InfluxReader, settings.influx.databases())
    return ReadersPerOperator(shared, dict(zip(settings.influx.operators, own, strict=True))) if own else shared
