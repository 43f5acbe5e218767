"""The documents of the Situation Room."""

import json

import jsonschema
import msgspec
import pytest

from gateway.situation.audience import feature_of
from gateway.situation.event.document import SituationEvent, type_of
from gateway.situation.event.json_schema import situation_schema
from gateway.situation.event.reading import read_event
from tests.situation.event.malformed import GOOD
from tests.situation.examples import published, works


@pytest.mark.parametrize("kind", ["roadworks", "publicevent", "upcoming_kind"])
def test_what_the_situation_room_sends_is_valid_and_can_be_read_as_what_organisations_send(kind: str) -> None:
    situation = published(works(kind=kind, roadworks=None))
    feature = feature_of(situation)
    event = SituationEvent(
        id="1",
        source="prato",
        type=type_of(situation.content.kind),
        subject=situation.id,
        time=feature.properties.updated,
        sequence="1",
        data=feature,
    )
    payload = msgspec.json.encode(event)
    schema = json.loads(msgspec.json.encode(situation_schema()))
    jsonschema.validate(json.loads(payload), schema | {"anyOf": [{"$ref": "#/$defs/SituationEvent"}]})
    assert read_event(payload).data.properties.content() == situation.content


def test_the_good_event_of_the_tests_is_valid() -> None:
    schema = json.loads(msgspec.json.encode(situation_schema()))
    jsonschema.validate(GOOD, schema)
    assert read_event(json.dumps(GOOD).encode()).subject == "scavo-1"
