"""Sections `firmware` of profiles that do not fit the product's points, or the driver."""

from pathlib import Path

import pytest

import device_profiles
from gateway.config.profile_library import load_profile
from tests.config.profiles import Broken, check_broken, check_broken_frame

SOURCE = 'source: "a manual"'
BROKEN: dict[str, Broken] = {
    "an unknown driver": ("driver: xmodem", "driver: xmoden", (13, 20), "did you mean 'xmodem'"),
    "an unknown point": ("points: {version: temperature}", "points: {version: temprature}", (13, 66), "did you mean 'temperature'"),
    "a bootloader that is entered by a point that can't be written": (
        "point: cfg_unit_id",
        "point: humidity",
        (13, 95),
        "'humidity' is not a point that can be written",
    ),
    "a file record driver without a file": ("driver: xmodem", "driver: modbus_file", (13, 11), "needs the number of the file"),
    "a file for another driver": (SOURCE, f"{SOURCE}, file: {{number: 1}}", (13, 54), "only the driver 'modbus_file' writes a file"),
    "points that the driver knows": ("driver: xmodem", "driver: wirenboard", (13, 11), "write nothing but 'driver' and 'source'"),
    "values of a state that is not read": (
        f"driver: xmodem, {SOURCE}",
        f"driver: modbus_file, {SOURCE}, file: {{number: 1, busy: [1]}}",
        (13, 59),
        "write 'state: …'",
    ),
    "a commit of a point that can't be written": (
        f"driver: xmodem, {SOURCE}",
        f"driver: modbus_file, {SOURCE}, file: {{number: 1, commit: {{point: humidity, value: 1}}}}",
        (13, 87),
        "'humidity' is not a point that can be written",
    ),
    "an erasure that is longer than a loan": (SOURCE, f"{SOURCE}, erase: 2min", (13, 11), "30 s at most"),
    "port settings for file records": (
        f"driver: xmodem, {SOURCE}",
        f"driver: modbus_file, {SOURCE}, serial: {{baud: 9600}}, file: {{number: 1}}",
        (13, 61),
        "remove 'serial'",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_problem_is_reported_at_its_place(what: str, tmp_path: Path) -> None:
    old, new, place, sentence = BROKEN[what]
    section = f"firmware: {{driver: xmodem, {SOURCE}, points: {{version: temperature}}, enter: {{point: cfg_unit_id, value: 1}}}}\npoints:"
    assert old in section
    check_broken(("points:", section.replace(old, new, 1), place, sentence), tmp_path)


def test_a_product_without_modbus_has_no_points_to_read(tmp_path: Path) -> None:
    section = f"firmware: {{driver: xmodem, {SOURCE}, enter: {{point: pm10, value: 1}}}}\npoints:"
    check_broken_frame(("points:", section, "the product does not speak Modbus"), tmp_path)


def test_wiren_board_products_are_updated_by_their_own_driver() -> None:
    names = [name for name in device_profiles.paths() if name.startswith("wirenboard_")]
    assert len(names) == 8
    for name in names:
        update = load_profile(device_profiles.paths()[name]).firmware
        assert update is not None
        assert update.driver == "wirenboard"
        assert "wb-mcu-fw-flasher" in update.source
