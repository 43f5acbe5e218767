"""The published schemas of TALQ 2.7.1, for what is written and read."""

import json
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft7Validator

_SCHEMAS = json.loads((Path(__file__).parent / "talq-2.7.1-control.schemas.json").read_text(encoding="utf-8"))


def errors(document: object, name: str) -> list[str]:
    """Return what is wrong with an object by its published schema, and with the parts that the schema only names by their base."""
    plain = json.loads(msgspec.json.encode(document))
    found = _errors(plain, name)
    for period in plain.get("activePeriods", []):
        found += _errors(period, period["name"])
    for control in plain.get("dynamicControls", []):
        found += _errors(control["effect"], control["effect"]["type"])
    commands = [one["command"] for key in ("fixedTimeControls", "astroClockTimeControls") for one in plain.get(key, [])]
    for command in commands:
        found += _errors(command["state"], command["state"]["name"])
    for rule in plain.get("rules", []):
        if "condition" in rule:
            found += _errors(rule["condition"], rule["condition"]["type"])
    return found


def _errors(plain: Any, name: str) -> list[str]:
    schema = {**_SCHEMAS, "$ref": f"#/components/schemas/{name}"}
    return [f"{name}: {'/'.join(map(str, one.path))}: {one.message}" for one in Draft7Validator(schema).iter_errors(plain)]
