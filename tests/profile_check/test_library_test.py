"""Tests of profiles: what counts as a failure."""

import msgspec

from gateway.profile_check.library_test import LibraryResult, ProfileFailure
from tests.profiles.library import LIBRARY


def test_examples_are_counted_and_constructed_ones_apart() -> None:
    result = LibraryResult()
    result.add_profile("xy_md02", LIBRARY.get("xy_md02"))
    assert (result.profiles, result.examples, result.constructed, result.failures) == (1, 4, 1, 0)


def test_a_wrong_example_and_a_missing_one_are_failures() -> None:
    profile, result = LIBRARY.get("xy_md02"), LibraryResult()
    wrong = msgspec.structs.replace(profile.examples[0], decoded={"temperature": 30.6})
    result.add_profile("one", msgspec.structs.replace(profile, examples=[wrong]))
    result.add_profile("two", msgspec.structs.replace(profile, examples=[]))
    assert result.failed[0] == ProfileFailure("one", "example 'read both'", "'temperature' decodes to 30.5, the example has 30.6")
    assert (result.failed[1].profile, result.failed[1].what, result.failures) == ("two", "examples", 2)


def test_every_problem_of_an_invalid_file_is_a_failure() -> None:
    result = LibraryResult()
    result.add_invalid("my_meter.yaml", ["first", "second"])
    assert (result.profiles, result.failures, result.failed[1]) == (1, 2, ProfileFailure("my_meter.yaml", "the file", "second"))
