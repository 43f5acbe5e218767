"""The tables of situations in PostgreSQL: who creates them, and of which version they are."""

import threading

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.postgres.session import PostgresSession
from gateway.centre.situation.postgres.store import PostgresSituations
from gateway.centre.situation.postgres.tables import prepare_tables
from gateway.model.site.situation.room import PostgresSettings
from tests.centre.situation.postgres.server import PostgresServer

pytestmark = pytest.mark.system


@pytest.mark.parametrize("version", [0, 2])
def test_tables_of_another_version_are_not_used(postgres: PostgresServer, settings: PostgresSettings, version: int) -> None:
    PostgresSituations(settings).close()
    postgres.sql(f"UPDATE situation_schema SET version = {version}", settings.database)
    with pytest.raises(SituationsUnavailable, match=f"have version {version}, and this program knows 1"):
        PostgresSituations(settings)


def test_several_processes_create_the_tables_at_once(settings: PostgresSettings) -> None:
    opened: list[PostgresSituations] = []
    threads = [threading.Thread(target=lambda: opened.append(PostgresSituations(settings))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(opened) == 4
    for store in opened:
        store.close()


@pytest.mark.parametrize(("before", "after"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_commits_are_durable_whatever_the_server_does_by_default(
    settings: PostgresSettings, postgres: PostgresServer, before: str, after: str
) -> None:
    postgres.sql(f"ALTER DATABASE {settings.database} SET synchronous_commit = '{before}'")
    session = PostgresSession(settings, prepare=lambda connection: prepare_tables(connection, may_create=True))
    try:
        assert session.run(lambda connection: connection.run("SHOW synchronous_commit")) == [[after]]
    finally:
        session.close()
        postgres.sql(f"ALTER DATABASE {settings.database} RESET synchronous_commit")


def test_tables_that_are_gone_are_not_created_again(settings: PostgresSettings) -> None:
    session = PostgresSession(settings, prepare=lambda connection: prepare_tables(connection, may_create=False))
    with pytest.raises(SituationsUnavailable, match="are gone"):
        session.run(lambda connection: connection.run("SELECT 1"))
