"""Opens what a site file names for the Situation Room: its store, and the lock of the process that runs it."""

from pathlib import Path

from gateway.centre.situation.active_room import IDLE_S, LEASE_S, RoomLock
from gateway.centre.situation.file_lock import FileRoomLock
from gateway.centre.situation.port import SituationStore, SituationsUnavailable
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.model.site.centre import CentreSettings

try:
    from gateway.centre.situation.postgres.lock import PostgresRoomLock
    from gateway.centre.situation.postgres.store import PostgresSituations
except ImportError:  # of the extra 'centre': a room in a file does not need it
    PostgresRoomLock = PostgresSituations = None  # type: ignore[assignment,misc]  # a class, or none


def open_situations(settings: CentreSettings) -> SituationStore:
    """Open the store of situations, for use by one thread at a time.

    Raises:
        SituationsUnavailable: It can't be opened.
    """
    postgresql = None if settings.situation is None else settings.situation.postgresql
    if postgresql is None:
        path = settings.situations_path()
        try:
            return SqliteSituations(Path(path))
        except SituationsUnavailable as error:
            raise SituationsUnavailable(f"{path}: {error}") from error
    if PostgresSituations is None:
        raise _not_installed()
    return PostgresSituations(postgresql)


def open_room_lock(settings: CentreSettings) -> RoomLock:
    """Return the lock of the process that runs the Situation Room; nobody has taken it yet.

    Raises:
        SituationsUnavailable: What it needs is not installed.
    """
    postgresql = None if settings.situation is None else settings.situation.postgresql
    if postgresql is None:
        return FileRoomLock(Path(settings.situations_path()))
    if PostgresRoomLock is None:
        raise _not_installed()
    return PostgresRoomLock(postgresql, LEASE_S, IDLE_S)


def _not_installed() -> SituationsUnavailable:
    return SituationsUnavailable("situations in PostgreSQL need the package pg8000: pip install 'street-gateway[centre]'")
