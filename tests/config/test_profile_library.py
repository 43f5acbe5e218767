"""Loading profiles: by name from the library, or from a file."""

from pathlib import Path

import pytest

import device_profiles
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary, load_profile, read_text


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


def test_a_file_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file or directory; check the name and its permissions"):
        read_text(tmp_path / "x.yaml")
