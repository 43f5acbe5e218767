"""Requests of organisations, as bytes and as actions."""

import json
import random
from typing import Any

import msgspec
import pytest

from gateway.situation.event.reading import MOST_BYTES
from gateway.situation.lifecycle.actions import Acknowledge, Begin, Confirm, Publish, Update
from gateway.situation.requests import RequestRejected, SituationAnswer, action_of, number_in, read_request, refused
from tests.situation.event.malformed import GOOD, malformed

FEATURE: dict[str, Any] = GOOD["data"]


def request(action: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"request": "7", "action": action} | more).encode()


def of_feature(kind: str, **changes: Any) -> bytes:
    return request({"type": kind, "feature": FEATURE | changes})


REQUESTS = [
    of_feature("publish"),
    of_feature("update", properties=FEATURE["properties"] | {"version": 2}),
    *(
        request(action, situation="scavo-1", by="anna")
        for action in (
            {"type": "confirm"},
            {"type": "begin", "verified": True},
            {"type": "end", "time": "2026-12-04T17:00:00+01:00"},
            {"type": "cancel", "reason": "rinviato"},
            {"type": "take-back"},
            {"type": "acknowledge", "answer": "objected", "version": 3, "note": "mercato"},
            {"type": "comment", "text": "letto"},
        )
    ),
]


def reasons_of(payload: bytes) -> list[str]:
    with pytest.raises(RequestRejected) as rejected:
        read_request(payload)
    assert all(one.it for one in rejected.value.reasons)
    return [one.en for one in rejected.value.reasons]


def test_requests_become_actions() -> None:
    found = [action_of(read_request(payload), "publiacqua") for payload in REQUESTS]
    assert {name for name, _ in found} == {"scavo-1"}
    assert [type(action) for _, action in found][:4] == [Publish, Update, Confirm, Begin]
    update, acknowledge = found[1][1], found[7][1]
    assert isinstance(update, Update)
    assert update.version == 2
    assert acknowledge == Acknowledge("objected", 3, "mercato")


def test_an_event_without_a_name_gets_the_same_each_time() -> None:
    nameless = {key: value for key, value in FEATURE.items() if key != "id"}
    payload = request({"type": "publish", "feature": nameless})
    name, action = action_of(read_request(payload), "o" * 63)
    assert isinstance(action, Publish)
    assert (action.id, len(name)) == (name, 49)
    assert action_of(read_request(payload), "o" * 63)[0] == name
    assert action_of(read_request(request({"type": "publish", "feature": nameless}, situation="scelto")), "o")[0] == "scelto"


def test_every_reason_is_given() -> None:
    assert reasons_of(request({"type": "update", "feature": FEATURE | {"id": "altro", "geometry": None}}, situation="scavo-1")) == [
        "the situation 'scavo-1' is not the id of the feature, 'altro'",
        "'version' is missing: an update says which version it is based on",
    ]
    assert reasons_of(request({"type": "confirm"})) == ["'situation' is missing: the request does not say what it is about"]


@pytest.mark.parametrize("action", ["lapse", "overrun", "accept-by-silence", "pass-start", "", 5])
def test_what_the_room_alone_does_can_t_be_requested(action: object) -> None:
    assert reasons_of(request({"type": action}, situation="scavo-1"))


@pytest.mark.parametrize("number", ["", "a/b", "x" * 65, "a\n", 7, None])
def test_a_request_needs_a_number_that_can_be_written(number: object) -> None:
    payload = json.dumps({"request": number, "situation": "scavo-1", "action": {"type": "confirm"}}).encode()
    assert reasons_of(payload)
    assert number_in(payload) is None


def test_the_number_of_a_rejected_request_is_in_the_answer() -> None:
    payload = request({"type": "publish", "feature": {}})
    with pytest.raises(RequestRejected) as rejected:
        read_request(payload)
    assert rejected.value.request == number_in(payload) == "7"
    answer = refused("7", rejected.value.reasons)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=SituationAnswer) == answer


def test_what_is_too_large_is_not_parsed() -> None:
    assert reasons_of(b"[" * (MOST_BYTES + 1)) == [f"the document has {MOST_BYTES + 1} bytes, more than {MOST_BYTES}"]


def test_broken_events_in_requests_are_rejected() -> None:
    for what, payload in malformed(random.Random(3), 500):
        try:
            data = json.loads(payload)["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            assert reasons_of(payload), what
            continue
        if data != FEATURE:
            assert reasons_of(request({"type": "publish", "feature": data})), what
