"""The JSON Schema of the Situation Room's documents, and the committed copy."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from gateway.situation.event.json_schema import situation_schema
from tests.situation.event.malformed import GOOD

PUBLISHED = Path(__file__).parents[3] / "docs" / "contract" / "situation.schema.json"
SCHEMA = json.loads(msgspec.json.encode(situation_schema()))


def test_the_schema_is_a_json_schema_and_the_committed_one_is_the_same() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(PUBLISHED.read_text()) == SCHEMA, "run 'make contract'"


@pytest.mark.parametrize(
    "wrong", [{"specversion": "0.3"}, {"subject": "a/b"}, {"type": "roadworks"}, {"data": {"type": "Feature", "geometry": None}}]
)
def test_the_schema_refuses_what_the_reader_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(GOOD | wrong, SCHEMA)
