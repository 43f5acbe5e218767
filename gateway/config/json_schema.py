"""JSON Schemas of site files and profiles, for editors."""

from typing import Any, cast

import msgspec

from gateway.model.scalar_types import WRITTEN


def json_schema(document: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document, with which editors complete and check YAML."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(document),
    }
    return cast("dict[str, Any]", _as_written(schema))


def _as_written(schema: Any) -> Any:  # noqa: ANN401 — any part of a JSON document
    """Replace the schema of the value (seconds) with that of the text (10s)."""
    if isinstance(schema, dict):
        if WRITTEN in schema:
            kept = {key: schema[key] for key in ("description",) if key in schema}
            return {"type": "string", **schema[WRITTEN], **kept}
        return {key: _as_written(value) for key, value in schema.items() if key != "default"}
    return [_as_written(item) for item in schema] if isinstance(schema, list) else schema
