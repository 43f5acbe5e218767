"""What keeps an update from beginning, and what does not keep a device from being rescued."""

import pytest

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.preparation.checks import Circumstances, Demands, refusal
from firmware_tools.flash.record import UpdateRecord
from tests.firmware_tools.flash.modelled_device import new_record

ANY, GOOD = Demands(), Circumstances()
DEVICE = FirmwareIdentity("M1", "A", "1.5")


def code(
    *,
    record: UpdateRecord | None = None,
    demands: Demands = ANY,
    around: Circumstances = GOOD,
    device: FirmwareIdentity = DEVICE,
) -> str | None:
    found = refusal(record or new_record(), demands, around, device)
    if found is not None:
        assert found.en != found.it
    return found.code if found is not None else None


def test_a_device_of_the_right_version_with_power_on_a_good_line_is_updated() -> None:
    assert code(demands=Demands("1.5"), around=Circumstances(powered=True, on_battery=False, requests=1000, errors=10)) is None


@pytest.mark.parametrize(
    ("demands", "version", "expected"),
    [
        (Demands("1.10"), "1.9", "too_old"),
        (Demands("1.9"), "1.10", None),
        (Demands(), "2.1", "older"),
        (Demands(older=True), "2.1", None),
        (Demands("1.9"), None, None),
    ],
)
def test_the_version_before_must_allow_the_update(demands: Demands, version: str | None, expected: str | None) -> None:
    assert code(demands=demands, device=FirmwareIdentity("M1", "A", version)) == expected


def test_an_image_for_some_hardware_needs_a_device_that_says_which_it_has() -> None:
    assert code(device=FirmwareIdentity("M1", None, "1.5")) == "unknown_hardware"
    assert code(record=new_record(hardware=()), device=FirmwareIdentity("M1", None, "1.5")) is None


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (Circumstances(powered=False), "no_power"),
        (Circumstances(on_battery=True), "on_battery"),
        (Circumstances(requests=100, errors=11), "bad_line"),
        (Circumstances(requests=100, errors=10), None),
        (Circumstances(requests=9, errors=9), None),
    ],
)
def test_power_and_line_must_be_good(around: Circumstances, expected: str | None) -> None:
    assert code(around=around) == expected


def test_a_device_in_its_bootloader_is_rescued_whatever_it_was_unless_it_has_no_power() -> None:
    stuck = FirmwareIdentity("M1", None, None, "1.4", in_bootloader=True)
    assert code(device=stuck, demands=Demands("1.10"), around=Circumstances(requests=100, errors=100)) is None
    assert code(device=stuck, around=Circumstances(powered=False)) == "no_power"
