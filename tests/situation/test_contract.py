"""The contract of the Situation Room's topics: published, valid, and matched by the messages."""

import json
import warnings
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from gateway.model import topics
from gateway.model.contract import CHANNELS
from gateway.situation.contract import EVENT_CHANNELS, MESSAGE_CHANNELS, situation_message_schema, whole_asyncapi
from gateway.situation.requests import read_request, refused
from tests.situation.test_requests import REQUESTS

PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"


def generated(document: dict[str, Any]) -> Any:
    return json.loads(msgspec.json.encode(document))


SCHEMAS = {one.name: generated(situation_message_schema(one)) for one in MESSAGE_CHANNELS}


def test_the_published_contract_is_the_generated_one() -> None:
    assert json.loads((PUBLISHED / "asyncapi.json").read_text()) == generated(whole_asyncapi()), "run 'make contract'"
    for name, schema in SCHEMAS.items():
        assert json.loads((PUBLISHED / f"{name}.schema.json").read_text()) == schema, "run 'make contract'"


def test_the_asyncapi_document_of_all_topics_is_valid_in_version_3() -> None:
    with warnings.catch_warnings(action="ignore"):
        from asyncapi3 import AsyncAPI3  # warns of its own names
    document = generated(whole_asyncapi())
    AsyncAPI3.model_validate(document)
    assert set(document["channels"]) == {one.name for one in (*CHANNELS, *EVENT_CHANNELS, *MESSAGE_CHANNELS)}
    assert document["operations"]["receive_situationRequest"]["action"] == "receive", "from the point of view of the centre"


def test_the_addresses_are_those_of_the_topics() -> None:
    names = {"site": "s", "organisation": "o", "kind": "roadworks", "situation": "x"}
    assert {one.name: one.address.format(**names) for one in (*EVENT_CHANNELS, *MESSAGE_CHANNELS)} == {
        "publicSituation": topics.situation("s", None, "roadworks", "x"),
        "organisationSituation": topics.situation("s", "o", "roadworks", "x"),
        "situationRequest": topics.situation_request("s", "o"),
        "situationAnswer": topics.situation_answer("s", "o"),
        "situationNear": topics.situation_near("s", "o"),
    }


@pytest.mark.parametrize("payload", REQUESTS)
def test_requests_are_valid_by_their_schema(payload: bytes) -> None:
    read_request(payload)
    jsonschema.validate(json.loads(payload), SCHEMAS["situationRequest"])


def test_lists_of_later_versions_are_valid_in_requests_and_unknown_actions_are_not() -> None:
    document = json.loads(REQUESTS[0])
    document["action"]["feature"]["properties"]["kind"] = "upcoming_kind"
    jsonschema.validate(document, SCHEMAS["situationRequest"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"action": {"type": "lapse"}}, SCHEMAS["situationRequest"])


def test_answers_are_valid_by_their_schema() -> None:
    answer = generated(msgspec.to_builtins(refused("1", [])))
    jsonschema.validate(answer, SCHEMAS["situationAnswer"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer | {"done": "yes"}, SCHEMAS["situationAnswer"])
