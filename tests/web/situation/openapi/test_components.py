"""Schemas for OpenAPI."""

from typing import Annotated, Literal

import msgspec

from gateway.situation.event.geometry import Position
from gateway.situation.event.kinds import SituationKind
from gateway.web.situation.openapi.components import component_schemas, parameter_schemas, schema_ref


class _Inner(msgspec.Struct):
    position: Position
    count: Annotated[int, msgspec.Meta(ge=0, le=9)]
    number: int
    share: float


class _Tagged(msgspec.Struct, tag="do"):
    inner: _Inner
    text: Annotated[str, msgspec.Meta(pattern=r"^a\Z")] | None = None


class _Query(msgspec.Struct):
    kinds: list[SituationKind] = []
    which: Literal["a", "b"] = "a"
    text: Annotated[str, msgspec.Meta(pattern=r"^a\Z", description="A text.")] | None = None


def test_numbers_have_formats_arrays_have_items_patterns_are_those_of_the_standard_and_actions_have_no_tag() -> None:
    found = component_schemas([_Tagged])
    assert set(found["_Tagged"]["properties"]) == {"inner", "text"}
    assert found["_Tagged"]["required"] == ["inner"]
    assert found["_Tagged"]["properties"]["text"]["anyOf"][0]["pattern"] == "^a$"
    inner = found["_Inner"]["properties"]
    assert [inner[name]["format"] for name in ("count", "number", "share")] == ["int32", "int64", "double"]
    assert inner["position"]["items"] == inner["position"]["prefixItems"][-1]
    assert schema_ref(_Inner) == {"$ref": "#/components/schemas/_Inner"}


def test_parameters_are_whole_and_never_null() -> None:
    found = parameter_schemas(_Query)
    assert found["text"] == {"description": "A text.", "type": "string", "pattern": "^a$"}
    assert found["which"] == {"enum": ["a", "b"], "default": "a"}
    assert "roadworks" in found["kinds"]["items"]["anyOf"][0]["enum"], "members of later versions are accepted"
