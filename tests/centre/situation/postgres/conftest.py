"""One PostgreSQL for all tests of a worker; each begins with an empty database."""

from collections.abc import Iterator

import pytest

from gateway.model.site.situation.room import PostgresSettings
from tests.centre.situation.postgres.cable import Cable
from tests.centre.situation.postgres.server import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.delete()


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    return postgres.empty_database()


@pytest.fixture
def settings(postgres: PostgresServer, database: str) -> PostgresSettings:
    return postgres.settings(database)


@pytest.fixture
def cable(postgres: PostgresServer) -> Iterator[Cable]:
    laid = Cable(postgres.port)
    yield laid
    laid.close()
