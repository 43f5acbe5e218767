"""The advisory lock in PostgreSQL: one process has it, and the server takes it from who is silent."""

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.postgres.lock import PostgresRoomLock
from gateway.model.site.situation.room import PostgresSettings
from tests.centre.situation import takeover
from tests.centre.situation.postgres.cable import Cable
from tests.centre.situation.postgres.server import PostgresServer
from tests.system.servers import wait_until

pytestmark = pytest.mark.system


def test_one_at_a_time_holds_the_lock(settings: PostgresSettings) -> None:
    first, second = PostgresRoomLock(settings, 5, 60), PostgresRoomLock(settings, 5, 60)
    assert first.hold()
    assert not second.hold()
    assert first.hold(), "it still does"
    first.release()
    wait_until("the other's turn", second.hold)
    assert not first.hold()
    second.release()
    first.release()


def test_rooms_in_different_databases_do_not_wait_for_each_other(settings: PostgresSettings, postgres: PostgresServer) -> None:
    first, second = PostgresRoomLock(settings, 5, 60), PostgresRoomLock(postgres.settings(postgres.new_database()), 5, 60)
    assert first.hold()
    assert second.hold()
    first.release()
    second.release()


def test_the_holder_notices_that_its_session_has_ended(settings: PostgresSettings, postgres: PostgresServer) -> None:
    lock = PostgresRoomLock(settings, 5, 60)
    assert lock.hold()
    postgres.end_sessions(settings.database)
    with pytest.raises(SituationsUnavailable):
        lock.hold()
    assert lock.hold(), "it takes it again, if nobody else has"
    lock.release()


def test_who_is_not_heard_of_loses_the_lock_and_notices_it_first(
    settings: PostgresSettings, postgres: PostgresServer, database: str, cable: Cable
) -> None:
    far, near = PostgresRoomLock(postgres.settings(database, cable.port), 0.2, 1.0), PostgresRoomLock(settings, 5, 60)
    assert far.hold()
    cable.cut()
    with pytest.raises(SituationsUnavailable, match="timed out"):
        far.hold()
    wait_until("the other's turn", near.hold)
    cable.mend()
    assert not far.hold()
    near.release()
    far.release()


def test_another_process_takes_over_within_10_s_and_never_before_the_first_stops(postgres: PostgresServer) -> None:
    with takeover.rig(postgres) as machines:
        trials = [machines.trial(fault) for fault in takeover.FAULTS * 2]
    assert all(one.seconds < takeover.LIMIT_S for one in trials), trials
    assert not any(one.overlaps for one in trials), trials
