"""JSON Schemas of the API's types, in the form that OpenAPI and AgID's rules want. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.model.contract import standard_patterns
from gateway.situation.event.open_enumeration import open_schema

_TEMPLATE = "#/components/schemas/{name}"
_INT32_MOST = (1 << 31) - 1


def component_schemas(types: Iterable[type[Any]]) -> dict[str, Any]:
    """Return the schemas of types and of what they consist of, by name."""
    wanted = list(types)
    _, found = msgspec.json.schema_components(wanted, ref_template=_TEMPLATE)
    for one in wanted:
        if one.__struct_config__.tag is not None:
            _untag(found[one.__name__])
    schemas: dict[str, Any] = _formatted(standard_patterns(open_schema(found)))
    return schemas


def schema_ref(type_: type[Any]) -> dict[str, str]:
    """Return the reference to the schema of a type."""
    return {"$ref": _TEMPLATE.format(name=type_.__name__)}


def parameter_schemas(type_: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schemas of the parameters of a query, by name: a parameter that is absent is not null."""
    _, found = msgspec.json.schema_components([type_], ref_template=_TEMPLATE)
    formatted = _formatted(standard_patterns(open_schema(found)))
    return {name: _present(schema, formatted) for name, schema in formatted[type_.__name__]["properties"].items()}


def _untag(schema: dict[str, Any]) -> None:
    """Remove the tag of an action: the path says what is done."""
    del schema["properties"]["type"]
    schema["required"] = [one for one in schema["required"] if one != "type"]


def _formatted(part: Any) -> Any:  # noqa: ANN401 — any part of a JSON document
    """Return a schema whose numbers have formats (AgID, RAC_REST_FORMAT_004), and whose arrays have items."""
    if isinstance(part, list):
        return [_formatted(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: _formatted(value) for key, value in part.items()}
    if found.get("items") is False:
        found["items"] = found["prefixItems"][-1]  # never used, as `maxItems` is their number; AgID's checker wants an object
    if found.get("type") == "number":
        found["format"] = "double"
    elif found.get("type") == "integer":
        is_small = found.get("maximum", _INT32_MOST + 1) <= _INT32_MOST and found.get("minimum", 0) >= 0
        found["format"] = "int32" if is_small else "int64"
    return found


def _present(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter without null, and without references, which not every tool follows in parameters."""
    found = {key: value for key, value in schema.items() if not (key == "default" and value in (None, []))}
    kinds = [one for one in found.get("anyOf", ()) if one != {"type": "null"}]
    if len(kinds) == 1:
        del found["anyOf"]
        found |= {**kinds[0], **found}
    if "items" in found and "$ref" in found["items"]:
        found["items"] = parts[found["items"]["$ref"].rpartition("/")[2]]
    return found
