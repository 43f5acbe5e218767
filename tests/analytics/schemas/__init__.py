"""Schemas of the documents for PELL."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import xmlschema

_FOLDER = Path(__file__).parent


@cache
def _json_schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((_FOLDER / "urbandataset.schema.json").read_text()))


@cache
def _xml_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_FOLDER / "urbandataset.xsd")


def check_json(content: bytes) -> None:
    """Raise jsonschema.ValidationError if a document is not valid."""
    _json_schema().validate(json.loads(content))


def check_xml(content: bytes) -> None:
    """Raise xmlschema.XMLSchemaValidationError if a document is not valid."""
    _xml_schema().validate(content)
