"""Profiles that extend another."""

from pathlib import Path

import pytest

import device_profiles
from gateway.config.profile_library import load_profile
from tests.config.profiles import Broken, check_broken

BROKEN: dict[str, Broken] = {
    "an extension of an unknown profile": (
        "profile: xy_md02\n",
        "profile: xy_md02\nextends: xy_md03\n",
        (3, 10),
        "did you mean 'xy_md02' or 'xy_md02_text'?",
    ),
    "an extension of an extension": (
        "profile: xy_md02\n",
        "profile: xy_md02\nextends: eastron_sdm630\n",
        (3, 10),
        "extend that one, and write all differences here",
    ),
    "an extension without an unknown point": (
        "profile: xy_md02\n",
        "profile: xy_md02\nextends: eastron_sdm120\nwithout: [volltage]\n",
        (4, 11),
        "did you mean 'voltage'?",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_invalid_extension_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


EXTENSION = """\
profile: mine
extends: xy_md02
without: [humidity]
vendor: X
model: Y
points:
  - {name: temperature, input: 7, type: int16, scale: 0.01, unit: Cel}
  - {name: dew, input: 8, type: int16, scale: 0.1, unit: Cel}
"""


def test_an_extension_replaces_adds_and_removes_points_and_inherits_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(EXTENSION)
    base, mine = load_profile(device_profiles.paths()["xy_md02"]), load_profile(path)
    assert (mine.profile, mine.vendor, mine.model, mine.kind, mine.every) == ("mine", "X", "Y", base.kind, base.every)
    names = [point.name for point in base.points if point.name != "humidity"]
    assert [point.name for point in mine.points] == [*names, "dew"]
    assert mine.point("temperature").input == 7
    assert [list(measurement.fields) for measurement in mine.measurements] == [["air_temperature"]]
    assert mine.examples == []


def test_what_an_extension_inherits_and_breaks_is_reported_at_the_key_extends(tmp_path: Path) -> None:
    from gateway.config.problems import ConfigError

    path = tmp_path / "mine.yaml"
    path.write_text(EXTENSION.replace("scale: 0.01, unit: Cel", "scale: 0.01, unit: V"))
    with pytest.raises(ConfigError) as error:
        load_profile(path)
    assert [(problem.line, problem.column) for problem in error.value.problems] == [(2, 1)]
    assert "correct the point's unit" in str(error.value)
