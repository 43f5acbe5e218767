"""Opens what a site file names for the centre: the store, to write or to look into, and the file of dead letters."""

import sqlite3
from pathlib import Path
from typing import Any

from gateway.centre.dead_letters import DeadLetters
from gateway.centre.stores.influx.reader import InfluxReader
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import SeriesStore, StoreReader, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.centre.stores.victoria import VictoriaReader
from gateway.model.site import CentreSettings, StoreSettings


def open_store(settings: StoreSettings) -> SeriesStore[Any]:
    """Open the store that a site file names.

    Raises:
        StoreUnavailable: the history's file can't be opened.
        SecretError: a password's file can't be used.
    """
    if settings.influx is not None:
        return InfluxStore(settings.influx)
    if settings.history is None:
        raise ValueError("the site file names no store")
    return HistoryStore(Path(settings.history.path))


def open_dead_letters(settings: CentreSettings) -> DeadLetters:
    """Open the file of dead letters.

    Raises:
        StoreUnavailable: it can't be opened.
    """
    path = settings.dead_letters_path()
    try:
        return DeadLetters(Path(path))
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"the dead letters {path} can't be opened: {error}; 'centre: dead_letters:' says where") from error


def open_reader(settings: StoreSettings) -> StoreReader:
    """Open a store to look into it.

    Raises:
        StoreUnavailable: it is not there.
    """
    if settings.history is not None:
        return HistoryReader(Path(settings.history.path))
    if settings.influx is None:
        raise ValueError("the site file names no store")
    return VictoriaReader(settings.influx) if settings.influx.api == "victoria" else InfluxReader(settings.influx)
