"""The scalar types of site files and profiles."""

from typing import Annotated, Any, get_args

import msgspec
import pytest

from gateway.config.json_schema import json_schema
from gateway.config.scalar_readers import READERS
from gateway.model import scalar_types
from gateway.model.scalar_types import WRITTEN, Duration, whole

TYPES = {name: type_ for name, type_ in vars(scalar_types).items() if hasattr(type_, "__metadata__")}


class Part(msgspec.Struct):
    """A part of a document."""

    wait: Duration = 1.0
    number: Annotated[int, whole(1, 247)] = 1


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_a_reader_and_a_schema_of_its_text(name: str) -> None:
    _, meta = get_args(TYPES[name])
    assert meta.extra["reader"] in READERS
    assert WRITTEN in meta.extra_json_schema


def test_the_schema_describes_what_people_write() -> None:
    properties: dict[str, Any] = json_schema(Part, "Part")["$defs"]["Part"]["properties"]
    assert properties["wait"]["examples"] == ["500ms", "10s", "15min"]
    assert properties["number"] == {"type": "integer", "minimum": 1, "maximum": 247}
