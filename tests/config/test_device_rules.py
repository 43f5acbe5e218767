"""Devices that do not fit their profile, their line or the assets of the site."""

from pathlib import Path

import pytest

from tests.config.sites import Broken, check_broken

BROKEN: dict[str, Broken] = {
    "an unknown point": ("every: 10s}", "overrides: {voltage_l9: {scale: 1}}}", [(14, 94, "did you mean 'voltage_l")]),
    "a unit clash": (
        "every: 10s}",
        "every: 10s}\n      - {id: other, profile: xy_md02, unit: 1, asset: qe-041}",
        [(15, 45, "device 'qe-041-meter' on this line already has unit 1")],
    ),
    "a unit clash by default": (
        "every: 10s}",
        "every: 10s}\n      - {id: other, profile: xy_md02, asset: qe-041}",
        [(15, 9, "device 'qe-041-meter' on this line already has unit 1")],
    ),
    "silence of a device that is queried": (
        "every: 10s}",
        "every: 10s, expected_within: 1h}",
        [(14, 111, "is queried, it does not send by itself")],
    ),
    "an asset that is not listed": ("asset: qe-041", "asset: qe-042", [(14, 74, "did you mean 'qe-041'?")]),
    "a device without an asset": (", asset: qe-041,", ",", [(14, 9, "add 'asset: …'")]),
    "an unknown channel": ("{0: pl-0001}", "{64: pl-0001}", [(20, 20, "write numbers from 0 to 63")]),
    "channels that are missing": ("        channels: {0: pl-0001}\n", "", [(18, 9, "add 'channels: {0: …}', numbers 0 to 63")]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_device_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)
