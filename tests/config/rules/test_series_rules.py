"""No two parts of a profile, and no two channels of a device, write the same series."""

from pathlib import Path

import pytest

from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from tests.config.profiles import problems_of
from tests.config.sites import GOOD

SECOND = """  - measurement: weather
    {keys}
    fields: {{{fields}}}
"""


def doubled(folder: Path, *, keys: str = "tags: {}", fields: str = "air_temperature: temperature") -> list[str]:
    """Return the problems of a profile that has a second entry of its only measurement."""
    second = SECOND.format(keys=keys, fields=fields)
    try:
        found = problems_of("xy_md02", "measurements:\n", f"measurements:\n{second}", folder)
    except pytest.fail.Exception:
        return []
    return [f"{problem.line}:{problem.column}: {problem.what}" for problem in found]


def test_a_field_that_two_entries_write_is_an_error_at_the_second(tmp_path: Path) -> None:
    assert doubled(tmp_path) == ["24:5: an entry above already writes 'air_temperature' of 'weather': one would overwrite the other"]
    assert len(doubled(tmp_path, fields="air_temperature: temperature, relative_humidity: humidity")) == 1


@pytest.mark.parametrize("keys", ["tags: {height: high}", "every: 1h"])
def test_entries_with_other_tags_are_two_series_and_other_intervals_are_not(keys: str, tmp_path: Path) -> None:
    assert len(doubled(tmp_path, keys=keys)) == (0 if "tags" in keys else 1)


def test_other_fields_of_the_same_series_are_fine(tmp_path: Path) -> None:
    assert doubled(tmp_path, fields="dew_point: temperature") == []


def test_entries_for_modes_that_exclude_each_other_are_fine() -> None:
    one = ProfileLibrary().get("wirenboard_led")
    assert len({measurement.measurement for measurement in one.measurements}) < len(one.measurements)


@pytest.mark.parametrize(
    ("mounting", "problems"),
    [("", 1), (', mounting: {0: {lane: "1"}, 1: {lane: "2"}}', 0), (', mounting: {0: {lane: "1"}, 1: {lane: "1"}}', 1)],
)
def test_two_channels_with_one_asset_must_have_tags_of_their_own(mounting: str, problems: int, tmp_path: Path) -> None:
    text = GOOD.replace(
        "channels: {0: pl-0001}", "channels: {0: pl-0001, 1: pl-0001}" + mounting.replace(", mounting", "\n        mounting")
    )
    (tmp_path / "site.yaml").write_text(text)
    try:
        load_site(tmp_path / "site.yaml")
        found = []
    except ConfigError as error:
        found = [str(problem) for problem in error.problems]
    assert len(found) == problems
    if found:
        assert "channels 0 and 1 of 'qe-041-dali' both write 'dim_level'" in found[0]
        assert "of 'pl-0001': one would overwrite the other" in found[0]
        assert "mounting: {0: {lane:" in found[0]
