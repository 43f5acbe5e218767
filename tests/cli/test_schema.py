"""`gateway schema`: the JSON Schemas of site files and profiles."""

import json
from pathlib import Path

import yaml

from tests.cli.in_process import run
from tests.config.sites import GOOD


def test_the_schemas_are_json_and_accept_what_people_write(tmp_path: Path) -> None:
    schema = json.loads(run("schema", "site").stdout)
    properties = schema["$defs"]["DeviceSettings"]["properties"]
    every = properties["every"]["anyOf"][0]
    assert "string" in every["type"]
    assert set(yaml.safe_load(GOOD)) <= set(schema["$defs"]["Site"]["properties"])
    profile = json.loads(run("schema", "profile").stdout)["$defs"]
    assert profile["Point"]["additionalProperties"] is False
    assert (profile["Profile"]["if"], profile["Profile"]["then"]) == ({"required": ["extends"]}, {"required": ["profile"]})
    assert "points" in profile["Profile"]["else"]["required"]
