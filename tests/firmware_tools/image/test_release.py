"""What a repository signs about a firmware, and the order of versions."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.image.release import FirmwareRelease, FirmwareTarget, ReleaseNote, newest, version_order

RELEASE = FirmwareRelease(
    "Wiren Board", "WBMR6C", "1.26.0", "wirenboard", ("2.1", "2.2"), "1.20.0", "lost", ReleaseNote("Fixes K1", "Corregge K1")
)


def test_a_release_is_the_same_after_it_was_written_and_read() -> None:
    assert msgspec.json.decode(msgspec.json.encode(RELEASE), type=FirmwareRelease) == RELEASE


@pytest.mark.parametrize(
    "change", [{"vendor": ""}, {"model": "a\n"}, {"version": "1" * 65}, {"settings": "perhaps"}, {"hardware": ["1"] * 33}]
)
def test_a_release_with_something_strange_is_not_read(change: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(RELEASE) | change, FirmwareRelease)


def test_versions_are_ordered_by_their_numbers_and_pre_releases_come_before() -> None:
    ordered = ["1.9", "1.10.0-rc2", "1.10.0-rc10", "1.10.0", "v2", "4.23.1-rc5", "4.23.1", "4.23.1b"]
    for one in (ordered, ordered[::-1]):
        assert sorted(one, key=version_order) == ordered
    assert version_order("v1.9") == version_order("1.9.0") == version_order("1.9.0+wb1")


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_versions_can_be_compared(one: str, other: str) -> None:
    assert (version_order(one) < version_order(other)) + (version_order(other) < version_order(one)) + (
        version_order(one) == version_order(other)
    ) == 1


def test_the_newest_target_is_the_one_of_the_highest_version() -> None:
    targets = [
        FirmwareTarget(version, 1, "00", msgspec.structs.replace(RELEASE, version=version)) for version in ("1.9.0", "1.10.0", "1.10.0-rc1")
    ]
    found = newest(targets)
    assert found is not None
    assert found.path == "1.10.0"
    assert newest([]) is None
