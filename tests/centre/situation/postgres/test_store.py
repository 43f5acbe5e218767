"""The store in PostgreSQL: what the port demands, and what happens when server, connection or database fail."""

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.port import RecordedAction, RevisionTaken, SituationsUnavailable
from gateway.centre.situation.postgres.store import PostgresSituations
from gateway.model.site.situation.room import PostgresSettings
from gateway.situation.lifecycle.situation import Situation
from tests.centre.situation.postgres.cable import Cable
from tests.centre.situation.postgres.server import PostgresServer, centre_of
from tests.centre.situation.store_contract import StoreContract, commented, published

pytestmark = pytest.mark.system


class TestPostgresSituations(StoreContract):
    @pytest.fixture(autouse=True)
    def _in_a_database(self, settings: PostgresSettings) -> None:
        self.settings = settings

    def opened(self, folder: Path) -> PostgresSituations:
        return PostgresSituations(self.settings)

    def in_words(self, folder: Path) -> str:
        module = "__import__('gateway.centre.situation.postgres.store', fromlist=['PostgresSituations'])"
        room = "__import__('gateway.model.site.situation.room', fromlist=['PostgresSettings'])"
        read = f"__import__('msgspec').json.decode({{!r}}, type={room}.PostgresSettings)"
        return f"{module}.PostgresSituations({read.format(msgspec.json.encode(self.settings).decode())})"


@pytest.fixture
def store(settings: PostgresSettings) -> Iterator[PostgresSituations]:
    with closing(PostgresSituations(settings)) as opened:
        yield opened


def test_the_store_that_a_site_file_names_is_opened(settings: PostgresSettings) -> None:
    with closing(open_situations(centre_of(settings))) as opened:
        assert opened.append(published()) == 1


@pytest.fixture
def at_cable(postgres: PostgresServer, database: str, cable: Cable) -> Iterator[PostgresSituations]:
    """A store at the end of a cable."""
    with closing(PostgresSituations(postgres.settings(database, cable.port))) as opened:
        yield opened


def append_comments(store: PostgresSituations, count: int, name: str = "") -> None:
    """Comment on a situation so often, each time on what is there then."""
    for number in range(count):
        while True:
            present = store.get("scavo-1")
            assert present is not None
            try:
                store.append(commented(present, f"{name}{number}"))
            except RevisionTaken:
                continue
            break


def comments_of(store: PostgresSituations) -> list[str]:
    present = store.get("scavo-1")
    assert present is not None
    return [one.text for one in present.comments]


def test_numbers_can_be_read_in_their_order_while_several_write(store: PostgresSituations, settings: PostgresSettings) -> None:
    entry = published()
    store.append(entry)

    def write(name: str) -> None:
        with closing(PostgresSituations(settings)) as own:
            append_comments(own, 8, name)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 25:
        seen += [one.number for one in store.since(seen[-1] if seen else 0, 3)]
    for writer in writers:
        writer.join()
    assert seen == list(range(1, 26))
    assert sorted(comments_of(store)) == sorted(f"{name}{number}" for name in "abc" for number in range(8))


def test_a_conflict_leaves_the_session_as_it_was(store: PostgresSituations, postgres: PostgresServer, database: str) -> None:
    backends = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"
    store.append(published(request="1"))
    before = postgres.sql(backends)
    with pytest.raises(RevisionTaken):
        store.append(published())
    with pytest.raises(RevisionTaken):
        store.append(published("altro", request="1"))
    assert store.get("altro") is None
    store.append(published("altro", request="2"))
    assert postgres.sql(backends) == before


@pytest.mark.parametrize("request_number", ["", "\0", "x" * 100_000, "€\ud800"])
def test_any_request_can_be_looked_for(store: PostgresSituations, request_number: str) -> None:
    assert store.of_request("publiacqua", request_number) is None
    if "\ud800" not in request_number:
        store.append(published(request=request_number))
        found = store.of_request("publiacqua", request_number)
        assert found is not None
        assert found.recorded.request == request_number


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 10_000, "'; DROP TABLE situation_history"])
def test_a_name_that_no_situation_can_have_is_not_found(store: PostgresSituations, name: str) -> None:
    assert store.get(name) is None
    assert store.history(name) == []
    assert store.of_revision(name, 1) is None


def test_a_wait_ends_when_another_process_has_done_something(store: PostgresSituations, settings: PostgresSettings) -> None:
    assert not store.wait(0, 0.0)
    entry = published()
    with closing(PostgresSituations(settings)) as other:
        writing = threading.Timer(0.2, other.append, (entry,))
        writing.start()
        assert store.wait(0, 60.0)
        writing.join()
        assert store.wait(0, 60.0), "what was done before is not waited for"
        assert not store.wait(1, 0.05)
        other.append(commented(entry.situation, "uno"))
        assert store.wait(1, 60.0)


def test_a_wait_ends_with_an_error_when_the_server_is_gone(store: PostgresSituations, postgres: PostgresServer) -> None:
    assert not store.wait(0, 0.0)
    stopping = threading.Timer(0.2, postgres.stop)
    stopping.start()
    try:
        with pytest.raises(SituationsUnavailable, match=r"refused|shutting down"):
            store.wait(0, 600.0)
    finally:
        stopping.join()
        postgres.start()
    assert not store.wait(0, 0.0)


def test_readers_continue_where_they_were(store: PostgresSituations, settings: PostgresSettings) -> None:
    assert (store.newest(), store.position("mqtt")) == (0, None)
    store.save_position("mqtt", store.append(published()))
    store.save_position("webhook", 7)
    store.save_position("webhook", 9)
    with closing(PostgresSituations(settings)) as other:
        assert (other.newest(), other.position("mqtt"), other.position("webhook")) == (1, 1, 9)


def test_a_session_that_was_ended_is_made_anew(store: PostgresSituations, postgres: PostgresServer, database: str) -> None:
    entry = published()
    store.append(entry)
    postgres.end_sessions(database)
    assert store.get("scavo-1") == entry.situation
    postgres.end_sessions(database)
    assert store.append(commented(entry.situation, "uno")) == 2
    postgres.end_sessions(database)
    assert store.wait(1, 0.0)


@pytest.mark.parametrize("arrives", [True, False], ids=["commit-arrives", "commit-is-lost"])
def test_a_connection_that_is_lost_at_the_commit_writes_once(
    at_cable: PostgresSituations, store: PostgresSituations, cable: Cable, *, arrives: bool
) -> None:
    entry = published()
    at_cable.append(entry)
    cable.fail_once_at(b"COMMIT", passes=arrives)
    assert at_cable.append(commented(entry.situation, "uno")) == 2
    assert cable.faults == 1
    assert comments_of(store) == ["uno"]
    assert [one.number for one in store.since(0, 10)] == [1, 2]


@pytest.mark.parametrize("word", [b"BEGIN", b"INSERT"])
def test_a_connection_that_is_lost_before_the_commit_writes_once(at_cable: PostgresSituations, cable: Cable, word: bytes) -> None:
    cable.fail_once_at(word, passes=True)
    assert at_cable.append(published()) == 1
    assert cable.faults == 1
    assert len(at_cable.history("scavo-1")) == 1


def test_somebody_elses_revision_is_not_taken_for_the_own_one(
    at_cable: PostgresSituations, store: PostgresSituations, cable: Cable
) -> None:
    entry = published()
    at_cable.append(entry)
    cable.fail_once_at(b"BEGIN", passes=False)
    store.append(commented(entry.situation, "uno"))
    with pytest.raises(RevisionTaken):
        at_cable.append(commented(entry.situation, "uno"))
    assert comments_of(store) == ["uno"]


def test_a_server_that_answers_nothing_is_not_waited_for_for_ever(at_cable: PostgresSituations, cable: Cable) -> None:
    cable.cut()
    with pytest.raises(SituationsUnavailable, match="timed out"):
        at_cable.get("scavo-1")
    cable.mend()
    assert at_cable.get("scavo-1") is None


def test_what_was_confirmed_survives_a_server_that_crashes_at_any_moment() -> None:
    server = PostgresServer(fsync=True)
    try:
        store = PostgresSituations(server.settings(server.empty_database()))
        first = published()
        store.append(first)
        confirmed: list[str] = []
        for crash in range(3):
            crashing = threading.Timer(0.05 * (crash + 1), server.stop, (signal.SIGQUIT,))
            crashing.start()
            while _comment(store, first.situation, confirmed):
                pass
            crashing.join()
            server.start()  # by this thread: with that which started it, the server would end
        _comment(store, first.situation, confirmed)
        texts = comments_of(store)
        assert texts == sorted(set(texts)), "none twice, all in their order"
        assert set(confirmed) <= set(texts)
        assert len(store.history("scavo-1")) == len(texts) + 1
        store.close()
    finally:
        server.delete()


def _comment(store: PostgresSituations, first: Situation, confirmed: list[str]) -> bool:
    """Comment with the next number, and return whether that was confirmed."""
    try:
        present = store.get("scavo-1") or first
        text = f"{max(len(present.comments), len(confirmed)):05d}-{time.monotonic_ns()}"
        store.append(commented(present, text))
    except SituationsUnavailable:
        return False
    confirmed.append(text)
    return True


def test_a_database_that_was_dropped_is_reported(store: PostgresSituations, postgres: PostgresServer, database: str) -> None:
    postgres.sql(f"DROP DATABASE {database} WITH (FORCE)")
    with pytest.raises(SituationsUnavailable, match=f'database "{database}" does not exist'):
        store.present()
    postgres.sql(f"CREATE DATABASE {database} TEMPLATE template0")
    with pytest.raises(SituationsUnavailable, match="the tables of the situations are gone: restore the database"):
        store.append(published())


def test_a_dump_that_is_restored_goes_on_where_it_was(store: PostgresSituations, postgres: PostgresServer, database: str) -> None:
    entry = published(request="1")
    store.save_position("mqtt", store.append(entry))
    with closing(PostgresSituations(postgres.settings(postgres.copy(database)))) as restored:
        assert restored.present() == store.present()
        assert (restored.position("mqtt"), restored.since(0, 10)) == (1, store.since(0, 10))
        with pytest.raises(RevisionTaken):
            restored.append(published("altro", request="1"))
        assert restored.append(commented(entry.situation, "uno")) == 2


def test_a_wrong_password_is_reported(postgres: PostgresServer, database: str) -> None:
    with pytest.raises(
        SituationsUnavailable, match=r"password authentication failed for user \"room\"; check the password in .*wrong-password"
    ):
        PostgresSituations(postgres.settings(database, password="wrong-password"))


def test_a_database_that_does_not_exist_is_reported(postgres: PostgresServer) -> None:
    with pytest.raises(SituationsUnavailable, match='database "elsewhere" does not exist'):
        PostgresSituations(postgres.settings("elsewhere"))


def test_an_action_is_stored_as_text_that_people_can_query(store: PostgresSituations, postgres: PostgresServer, database: str) -> None:
    store.append(published())
    ((person, body),) = postgres.sql("SELECT body::json ->> 'person', body FROM situation_history", database)
    assert person == "anna"
    assert msgspec.json.decode(str(body), type=RecordedAction) == published()
    assert re.match(r"[0-9a-f-]{36}\Z", str(postgres.sql("SELECT attempt FROM situation_history", database)[0][0]))
