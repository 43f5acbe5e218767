"""The table of handlers for received messages."""

import pytest

from gateway.host.mqtt import Message
from gateway.uplink.router import MessageRouter


def message(topic: str, payload: bytes = b"x") -> Message:
    return Message(topic, payload, retained=False, mid=1, session=1)


def test_a_message_goes_to_the_handler_of_its_topic_alone() -> None:
    router, handled = MessageRouter(), list[tuple[str, str, bytes]]()
    for filter_ in ("a/b", "a/+/state", "a/cmd/+"):
        router.add(filter_, lambda topic, payload, filter_=filter_: handled.append((filter_, topic, payload)))  # type: ignore[misc]
    assert router.filters == ("a/b", "a/+/state", "a/cmd/+")
    for topic in ("a/b", "a/w-1/state", "a/cmd/lamp-1", "a/b/c", "a/cmd/lamp-1/x", "ab", "a.b"):
        router.route(message(topic))
    assert [one[:2] for one in handled] == [("a/b", "a/b"), ("a/+/state", "a/w-1/state"), ("a/cmd/+", "a/cmd/lamp-1")]


def test_a_message_that_is_unreadable_or_too_large_is_ignored_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    router, handled = MessageRouter(), list[bytes]()

    def handle(_: str, payload: bytes) -> None:
        if payload == b"junk":
            raise ValueError("it is junk")
        handled.append(payload)

    router.add("t", handle)
    for payload in (b"junk", b"x" * 65_537, b"good"):
        router.route(message("t", payload))
    assert handled == [b"good"]
    assert [record.getMessage() for record in caplog.records] == [
        "ignored a message on t: it is junk",
        "ignored a message of 65537 bytes on t",
    ]
