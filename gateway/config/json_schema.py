"""JSON Schemas of what people write, for their editors."""

from typing import Any, cast

import msgspec

from gateway.model.scalar_types import WRITTEN


def json_schema(document: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a document, for editors that complete and check YAML."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(document),
    }
    return cast("dict[str, Any]", _as_written(schema))


def _as_written(schema: Any) -> Any:  # noqa: ANN401 — any part of a JSON document
    """Put what people write (10s) in the place of what it becomes (seconds)."""
    if isinstance(schema, dict):
        if WRITTEN in schema:
            kept = {key: schema[key] for key in ("description",) if key in schema}
            return {"type": "string", **schema[WRITTEN], **kept}
        return {key: _as_written(value) for key, value in schema.items() if key != "default"}
    return [_as_written(item) for item in schema] if isinstance(schema, list) else schema
