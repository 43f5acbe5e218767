"""The JSON Schemas of site files and profiles."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

import device_profiles
from gateway.config.json_schema import json_schema
from gateway.model.profile import Profile
from gateway.model.site.file import Site
from tests.config.sites import GOOD

SITE = json.loads(msgspec.json.encode(json_schema(Site, "Site")))
PROFILE = json.loads(msgspec.json.encode(json_schema(Profile, "Profile")))


def written(text: str) -> Any:
    """Return YAML as an editor sees it: all keys are texts."""
    return json.loads(json.dumps(yaml.safe_load(text)))


def test_a_valid_site_file_matches_the_schema() -> None:
    jsonschema.validate(written(GOOD), SITE)


@pytest.mark.parametrize(
    ("old", "new"), [("baud: 9600", "baudd: 9600"), ("every: 10s", "every: soon"), ("unit: 1,", "unit: 248,"), ("parity: N", "parity: X")]
)
def test_an_invalid_site_file_does_not(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written(GOOD.replace(old, new)), SITE)


@pytest.mark.parametrize(
    "path", [path for name, path in device_profiles.paths().items() if name in ("xy_md02", "nova_sds011", "vaisala_wxt520")]
)
def test_profiles_match_the_schema(path: Path) -> None:
    jsonschema.validate(written(path.read_text()), PROFILE)


def test_every_part_is_described_and_written_scalars_are_described_as_they_are_written() -> None:
    assert {name for name, part in SITE["$defs"].items() if "description" not in part} == set()
    assert SITE["$defs"]["UplinkSettings"]["properties"]["flush"]["examples"] == ["500ms", "10s", "15min"]
    assert "x-written" not in json.dumps(SITE)
