"""The tables of situations in PostgreSQL."""

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.postgres.session import ADVISORY_CLASS, PostgresConnection

_VERSION = 1
"""Version of the tables."""

_TABLES = f"""
CREATE TABLE situation_schema (version integer NOT NULL);
INSERT INTO situation_schema VALUES ({_VERSION});
CREATE TABLE situation_history (
    number bigint PRIMARY KEY,
    situation text NOT NULL, revision integer NOT NULL, organisation text, request text, attempt uuid NOT NULL, body text NOT NULL,
    UNIQUE (situation, revision)
);
CREATE UNIQUE INDEX situation_history_by_request ON situation_history (organisation, request) WHERE request IS NOT NULL;
CREATE TABLE situation_present (id text COLLATE "C" PRIMARY KEY, body text NOT NULL);
CREATE TABLE situation_positions (reader text PRIMARY KEY, number bigint NOT NULL);
"""  # noqa: S608 — a constant of this module

_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"


def prepare_tables(connection: PostgresConnection, *, may_create: bool) -> None:
    """Check the tables for a new session, which commits durably from then on.

    Raises:
        SituationsUnavailable: There are none and they may not be created, or they are of another version.
    """
    connection.run(_DURABLE)
    version = _version(connection)
    if version is None and may_create:
        version = _create(connection)
    if version is None:
        raise SituationsUnavailable("the tables of the situations are gone: restore the database, then start again")
    if version != _VERSION:
        said = f"the tables of the situations have version {version}, and this program knows {_VERSION}"
        raise SituationsUnavailable(f"{said}: install the version that wrote them")


def _create(connection: PostgresConnection) -> int:
    """Create the tables unless somebody else does it at the same time, and return their version."""
    connection.run(f"SELECT pg_advisory_lock({ADVISORY_CLASS}, 2)")
    version = _version(connection)
    if version is None:
        connection.run(_TABLES)  # several statements at once are one transaction
        version = _VERSION
    connection.run(f"SELECT pg_advisory_unlock({ADVISORY_CLASS}, 2)")
    return version


def _version(connection: PostgresConnection) -> int | None:
    ((exists,),) = connection.run("SELECT to_regclass('situation_schema') IS NOT NULL")
    if not exists:
        return None
    rows = connection.run("SELECT version FROM situation_schema")
    return int(rows[0][0]) if rows else 0
