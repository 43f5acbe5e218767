"""Sessions that move: what counts as missing and as delivered twice; and that a broker alone keeps all."""

from pathlib import Path

import pytest

from tests.cluster.comparison import Difference
from tests.cluster.probe import Delivered
from tests.cluster.sessions import SESSIONS, difference, moved
from tests.hostile.broker import shipped_mosquitto

SENT = [b"0", b"1", b"2"]


def delivered(*payloads: bytes) -> list[Delivered]:
    return [Delivered("t", payload, 1) for payload in payloads]


def test_messages_that_are_acknowledged_or_delivered_afterwards_are_all_there() -> None:
    assert difference(SENT, delivered(b"0"), delivered(b"2", b"1")) == Difference(3, 0, 0, 0)


def test_each_message_that_is_missing_or_delivered_twice_is_counted() -> None:
    assert difference(SENT, delivered(b"0"), delivered(b"1")) == Difference(3, 1, 0, 0)
    assert difference(SENT, delivered(b"0"), delivered(b"0", b"1", b"2", b"2")) == Difference(3, 0, 0, 2)
    assert difference(SENT, [], delivered(*SENT, b"3")) == Difference(3, 0, 0, 1)


@pytest.mark.system
def test_with_one_broker_no_message_is_missing_or_delivered_twice(tmp_path: Path) -> None:
    process, ports = shipped_mosquitto(tmp_path, [])
    try:
        results = [moved(kind, [f"mqtt://127.0.0.1:{ports.centre}"] * 3) for kind in SESSIONS]
    finally:
        process.stop()
    assert results == [Difference(800, 0, 0, 0)] * len(SESSIONS)
