"""The skeleton of a new profile is a valid profile that passes its own example."""

from pathlib import Path
from typing import get_args

import pytest

from gateway.config.profile_library import load_profile
from gateway.profile_check.examples import check_examples
from gateway.profile_check.skeleton import SkeletonProtocol, skeleton


@pytest.mark.parametrize("protocol", get_args(SkeletonProtocol))
def test_a_skeleton_is_a_valid_profile(protocol: SkeletonProtocol, tmp_path: Path) -> None:
    file = tmp_path / "my_device.yaml"
    file.write_text(skeleton(protocol, "my_device", 'Acme "Street" \\ Co', "M: 1", "parking"))
    profile = load_profile(file)
    assert (profile.profile, profile.vendor, profile.model, profile.kind) == ("my_device", 'Acme "Street" \\ Co', "M: 1", "parking")
    assert [one.why for one in check_examples(profile)] == [None]
