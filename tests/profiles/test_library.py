"""Every profile of the library loads, and its worked examples decode to the last digit, without exceptions."""

from pathlib import Path

import msgspec
import pytest

import device_profiles
from gateway.config.profile_library import load_profile
from gateway.model.profile import Example
from gateway.profile_check.examples import check_examples, plan_flaws
from tests.profiles.library import LIBRARY


@pytest.mark.parametrize("path", device_profiles.paths().values(), ids=lambda path: path.stem)
def test_a_profile_of_the_library_loads(path: Path) -> None:
    profile = load_profile(path)
    assert profile.examples, "a profile needs at least one worked example"
    assert path.parent.name == profile.kind


@pytest.mark.parametrize(
    ("name", "example"),
    [(name, example) for name in LIBRARY.names for example in LIBRARY.get(name).examples],
    ids=lambda value: str(getattr(value, "desc", value)),
)
def test_an_example_passes_byte_for_byte_and_to_the_last_digit(name: str, example: Example) -> None:
    profile = LIBRARY.get(name)
    (proof,) = check_examples(msgspec.structs.replace(profile, examples=[example]))
    assert proof.why is None


@pytest.mark.parametrize("name", LIBRARY.names)
def test_a_plan_respects_the_product_and_covers_every_point(name: str) -> None:
    assert plan_flaws(LIBRARY.get(name)) == []
