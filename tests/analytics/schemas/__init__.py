"""Schemas of the documents for PELL."""

import json
from pathlib import Path

import jsonschema
import xmlschema

_FOLDER = Path(__file__).parent
_JSON = jsonschema.Draft202012Validator(json.loads((_FOLDER / "urbandataset.schema.json").read_text()))
_XML = xmlschema.XMLSchema(_FOLDER / "urbandataset.xsd")


def check_json(content: bytes) -> None:
    """Raise jsonschema.ValidationError if a document is not valid."""
    _JSON.validate(json.loads(content))


def check_xml(content: bytes) -> None:
    """Raise xmlschema.XMLSchemaValidationError if a document is not valid."""
    _XML.validate(content)
