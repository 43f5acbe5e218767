"""Dead letters are replayed: lines into the store; tests/system has messages to the ingest."""

from types import SimpleNamespace

import pytest

from gateway.centre.dead_letters import Letter
from gateway.centre.letter_replay import NotPublished, publish_messages, write_lines
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.mqtt import Broker
from gateway.model.site.store import InfluxSettings


def letter(number: int, body: bytes) -> Letter:
    return Letter(number, 0, "line", "t", "why", body)


def test_lines_are_written_and_those_refused_again_are_named(double: SimpleNamespace) -> None:
    double.refuses = lambda lines: b'{"error":"still wrong"}' if any("bad" in line for line in lines) else None
    letters = [letter(3, b"m x=1 1"), letter(5, b"m bad=1 1"), letter(9, b"m x=2 2")]
    assert write_lines(letters, InfluxSettings(url=double.url)) == {5: "still wrong"}
    assert len(double.lines) == 2


def test_a_line_is_written_to_the_database_of_the_operator_on_whose_topic_it_came(double: SimpleNamespace) -> None:
    letters = [letter(1, b"m x=1 1"), Letter(2, 0, "line", "prato/v1/citelum/gw/gw-0042/data", "why", b"m x=2 2")]
    assert write_lines(letters, InfluxSettings(url=double.url, operators=["citelum"])) == {}
    assert [(path.partition("&")[0], body) for path, body in zip(double.paths, double.bodies, strict=True)] == [
        ("/write?db=street", "m x=1 1"),
        ("/write?db=street-citelum", "m x=2 2"),
    ]


def test_a_store_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(StoreUnavailable):
        write_lines([letter(1, b"m x=1 1")], InfluxSettings(url="http://127.0.0.1:1"))


async def test_a_broker_that_does_not_answer_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.letter_replay._CONNECTED_WITHIN_S", 0.1)
    with pytest.raises(NotPublished, match=r"can't reach the broker mqtt://127.0.0.1:1"):
        await publish_messages([letter(1, b"x")], Broker("mqtt://127.0.0.1:1"), "test")
