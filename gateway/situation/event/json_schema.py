"""The JSON Schema of the documents of the Situation Room: what organisations send, and what they receive."""

from typing import Any

import msgspec

from gateway.model.contract import standard_patterns
from gateway.situation.event.document import DraftEvent, SituationEvent
from gateway.situation.event.open_enumeration import open_schema


def situation_schema() -> dict[str, Any]:
    """Return one JSON Schema (2020-12) that accepts both; `$defs` has each by its name."""
    (sent, received), parts = msgspec.json.schema_components([DraftEvent, SituationEvent], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of the Situation Room: a CloudEvent (1.0, structured JSON) with a GeoJSON feature. Ignore unknown keys.",
        "anyOf": [sent, received],
        "$defs": standard_patterns(open_schema(parts)),
    }
