"""Schemas of the formats, and checks against them. README.md says where they are from."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema
import xmlschema
from referencing import Registry, Resource

from tests.situation.formats.schemas.datex3 import check_datex3
from tests.situation.formats.schemas.siri import check_siri

_FOLDER = Path(__file__).parent
_POSITION = {"type": "array", "minItems": 2, "items": {"type": "number"}}
_GEOJSON = {
    f"https://geojson.org/schema/{kind}.json": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"const": kind}, "coordinates": {"type": "array", "minItems": least, "items": _POSITION}},
    }
    for kind, least in (("LineString", 2), ("MultiPoint", 1))
}
"""The two geometries that WZDx refers to, as RFC 7946 defines them."""


@cache
def _json_schema(folder: str, name: str) -> jsonschema.protocols.Validator:
    documents = [json.loads(path.read_text()) for path in (_FOLDER / folder).glob("*.json")]
    found = {one["$id"]: one for one in documents} | _GEOJSON
    registry: Registry[Any] = Registry().with_resources((uri, Resource.from_contents(one)) for uri, one in found.items())
    schema = json.loads((_FOLDER / folder / name).read_text())
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, registry=registry, format_checker=kind.FORMAT_CHECKER)


@cache
def _xml_schema(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_FOLDER / name)


def check_cap(content: bytes) -> None:
    """Raise xmlschema.XMLSchemaValidationError if an alert is not valid."""
    _xml_schema("CAP-v1.2.xsd").validate(content)


def check_wzdx(content: bytes) -> None:
    """Raise jsonschema.ValidationError if a feed is not valid."""
    _json_schema("wzdx", "WorkZoneFeed.json").validate(json.loads(content))


def check_geojson(content: bytes) -> None:
    """Raise jsonschema.ValidationError if a feature of a collection is not a document of the Situation Room."""
    for feature in json.loads(content)["features"]:
        _situation_schema().validate(feature)


@cache
def _situation_schema() -> jsonschema.protocols.Validator:
    whole = json.loads((_FOLDER.parents[3] / "docs" / "contract" / "situation.schema.json").read_text())
    return jsonschema.Draft202012Validator({"$ref": "#/$defs/SituationFeature", "$defs": whole["$defs"]})


def check_icalendar(content: bytes) -> None:
    """Raise AssertionError if lines have not the form of iCalendar (RFC 5545, section 3.1), or components do not nest."""
    lines = content.decode().split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    open_components: list[str] = []
    for line in "\r\n".join(lines).replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        assert re.fullmatch(r'[A-Z-]+(;[A-Z-]+=[^;:"]+)*', name) is not None, line
        if name == "BEGIN":
            open_components.append(value)
        elif name == "END":
            assert open_components.pop() == value
    assert open_components == []


def check_cifs(content: bytes) -> None:
    """Raise AssertionError if an incident breaks a rule of the Closure and Incident Feed Specification, version 2."""
    names = []
    for incident in fromstring(content):
        names.append(incident.get("id"))
        texts = {one.tag: one.text or "" for one in incident}
        assert {"type", "street", "polyline", "starttime", "description"} <= set(texts)
        assert set(texts) <= _CIFS_ELEMENTS
        assert texts["type"] in _CIFS_TYPES
        assert texts.get("subtype", texts["type"]).startswith(texts["type"])
        assert len(texts["street"]) >= 2
        assert texts["description"]
        assert len(texts["polyline"].split()) >= 4
        assert len(texts["polyline"].split()) % 2 == 0
        times = [datetime.fromisoformat(texts[tag]) for tag in ("starttime", "endtime") if tag in texts]
        assert all(one.tzinfo is not None for one in times)
        assert times == sorted(times)
    assert len(set(names)) == len(names)


def check_datex_italian(content: bytes) -> None:
    """Raise xmlschema.XMLSchemaValidationError if a document is not valid."""
    _xml_schema("DATEXIISchema_2_2_3.xsd").validate(content)


def check_ngsi_v2(content: bytes) -> None:
    """Raise jsonschema.ValidationError if an entity is not what its model says."""
    batch = json.loads(content)
    assert batch["actionType"] == "append"
    for entity in batch["entities"]:
        values = {name: one["value"] for name, one in entity.items() if name not in ("id", "type")}
        assert all(set(one) == {"type", "value"} for name, one in entity.items() if name not in ("id", "type"))
        _check_entity({"id": entity["id"], "type": entity["type"]} | values)


def check_ngsi_ld(content: bytes) -> None:
    """Raise jsonschema.ValidationError if an entity is not what its model says."""
    for entity in json.loads(content):
        assert len(entity.pop("@context")) == 3
        attributes = {name: one for name, one in entity.items() if name not in ("id", "type")}
        assert {one["type"] for one in attributes.values()} <= {"Property", "GeoProperty"}
        found = {name: one["value"] for name, one in attributes.items()}
        plain = {name: one["@value"] if isinstance(one, dict) and one.get("@type") == "DateTime" else one for name, one in found.items()}
        _check_entity({"id": entity["id"], "type": entity["type"]} | plain)


def _check_entity(entity: dict[str, Any]) -> None:
    schema = f"{entity['type']}.json"
    _json_schema("fiware", schema).validate(entity)
    parts = json.loads((_FOLDER / "fiware" / schema).read_text())["allOf"]
    known = {name for part in parts for name in part.get("properties", {})} | _COMMON_ATTRIBUTES
    assert set(entity) <= known, set(entity) - known


_COMMON_ATTRIBUTES = {
    "id", "type", "name", "alternateName", "description", "dataProvider", "location", "address", "seeAlso",
    "category", "dateIssued", "validFrom", "validTo", "severity", "alertSource",
}  # fmt: skip
"""Of GSMA-Commons, Location-Commons and Common-Alert."""

_CIFS_ELEMENTS = {
    "parent_event", "creationtime", "updatetime", "source", "type", "subtype", "description", "street", "polyline", "direction", "starttime", "endtime",
}  # fmt: skip

_CIFS_TYPES = {"ACCIDENT", "CONSTRUCTION", "HAZARD", "ROAD_CLOSED", "POLICE", "CHIT_CHAT", "JAM"}

CHECKS: dict[str, Callable[[bytes], None]] = {
    "geojson": check_geojson,
    "icalendar": check_icalendar,
    "cap": check_cap,
    "wzdx": check_wzdx,
    "cifs": check_cifs,
    "datex-it": check_datex_italian,
    "datex3": check_datex3,
    "siri-it": check_siri,
    "ngsi-v2": check_ngsi_v2,
    "ngsi-ld": check_ngsi_ld,
}
"""A check for each format; each raises an exception if a document is not valid."""
