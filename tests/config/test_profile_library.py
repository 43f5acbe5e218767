"""Loading profiles: by name from the library, or from a file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import device_profiles
from gateway.config.problems import ConfigError, Problem
from gateway.config.profile_library import ProfileLibrary, load_profile
from tests.config.hostile import HOSTILE, Change, changed, changes


def test_the_names_of_the_library_are_sorted_and_each_profile_is_loaded_once() -> None:
    library = ProfileLibrary()
    assert library.names == sorted(device_profiles.paths())
    assert library.get("xy_md02") is library.get("xy_md02")
    with pytest.raises(KeyError):
        library.get("nothing")


def test_a_library_can_have_other_files(tmp_path: Path) -> None:
    path = tmp_path / "xy_md02.yaml"
    path.write_text(device_profiles.paths()["xy_md02"].read_text())
    library = ProfileLibrary({"xy_md02": path})
    assert library.names == ["xy_md02"]
    assert library.get("xy_md02").vendor == ProfileLibrary().get("xy_md02").vendor


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "1:1: the file is empty; write a profile"), (b"a: b\n\xff", "2:1: not UTF-8 text; save the file as UTF-8"), (b"- a", "expected a mapping, found a list")],
)  # fmt: skip
def test_a_file_that_is_not_a_profile_says_so(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_profile(path)


def loads_or_says_why(path: Path) -> None:
    found: list[Problem] | None = None
    try:
        load_profile(path)
    except ConfigError as error:
        found = error.problems
    assert found is None or (found and all(str(problem).isprintable() for problem in found))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(name=st.sampled_from(sorted(device_profiles.paths())), wanted=changes)
def test_whatever_a_profile_contains_it_is_loaded_or_has_problems(name: str, wanted: list[Change], tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    text = changed(device_profiles.paths()[name].read_text(), wanted)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loads_or_says_why(path)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_in_any_place_of_a_profile_is_accepted_or_a_problem(value: str, tmp_path: Path) -> None:
    for number, name in enumerate(sorted(device_profiles.paths())[::6]):
        text = device_profiles.paths()[name].read_text()
        path = tmp_path / f"{name}.yaml"
        path.write_text(changed(text, [(7 * number + len(value), value)]))
        loads_or_says_why(path)


def test_an_invalid_profile_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("profile: x\n")
    library = ProfileLibrary({"x": path})
    with pytest.raises(ConfigError) as first:
        library.get("x")
    path.unlink()
    with pytest.raises(ConfigError) as second:
        library.get("x")
    assert second.value is first.value


def test_a_profile_has_a_bounded_number_of_points(tmp_path: Path) -> None:
    path = tmp_path / "xy_md02.yaml"
    more = "".join(f"  - {{name: p{number}, input: {number + 100}, type: int16}}\n" for number in range(1001))
    path.write_text(device_profiles.paths()["xy_md02"].read_text().replace("points:\n", f"points:\n{more}"))
    with pytest.raises(ConfigError, match="the profile has more than 1000 points; split the product into two profiles"):
        load_profile(path)
