"""Which devices a roll-out is for."""

from typing import Any

import msgspec
import pytest

from firmware_tools.rollout.selection import DeviceFilter, select
from gateway.model.messages import AlarmText
from tests.firmware_tools.rollout.rollouts import RELEASE, known


def reason(**more: Any) -> str:
    selection = select([known("gw-1", "d-1", **more)], DeviceFilter(), RELEASE)
    assert not selection.devices
    return selection.left_out[0].why.en


def test_devices_that_the_release_is_for_are_chosen_in_order_and_other_models_are_not_mentioned() -> None:
    devices = [known("gw-2", "a"), known("gw-1", "b"), known("gw-1", "a", model="WBMAP3E")]
    selection = select(devices, DeviceFilter(), RELEASE)
    assert [str(one.name) for one in selection.devices] == ["citelum/gw-1/b", "citelum/gw-2/a"]
    assert selection.left_out == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"version": "1.26.0"}, "it has 1.26.0 already"),
        ({"version": "1.27.1"}, "it has 1.27.1, which is newer than 1.26.0"),
        ({"version": "1.9.0"}, "it has 1.9.0; update it to 1.20.0 first"),
        ({"version": None}, "its version is not known"),
        ({"hardware": "6e"}, "hardware 6e; the release is for 6c"),
        ({"hardware": None}, "hardware unknown; the release is for 6c"),
        ({"bytes_per_s": 0.0}, "its gateway can't update it: no driver, or no share of the line"),
        ({"line": None}, "its gateway did not say what it is: offline, or the device is silent"),
        ({"refused": AlarmText("no power", "senza rete")}, "no power"),
    ],
)
def test_why_a_device_is_left_out_is_said(more: dict[str, Any], why: str) -> None:
    assert reason(**more) == why


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (DeviceFilter(), 2),
        (DeviceFilter(operators=("citelum",)), 2),
        (DeviceFilter(operators=("other",)), 0),
        (DeviceFilter(gateways=("gw-1",)), 1),
        (DeviceFilter(areas=("centro",)), 1),
        (DeviceFilter(profiles=("wirenboard_mr6c",)), 2),
        (DeviceFilter(hardware=("6c",), versions=("1.24.0",)), 1),
    ],
)
def test_a_person_chooses_by_operator_area_profile_gateway_hardware_and_version(wanted: DeviceFilter, count: int) -> None:
    devices = [known("gw-1", "a"), msgspec.structs.replace(known("gw-2", "b", version="1.25.0"), area="centro")]
    assert len(select(devices, wanted, RELEASE).devices) == count


def test_a_device_that_is_not_known_yet_may_be_among_those_chosen() -> None:
    unknown = known("gw-1", "a", None, hardware=None, version=None)
    assert DeviceFilter(hardware=("6c",), versions=("1.24.0",)).may_choose(unknown)
    assert not DeviceFilter(gateways=("gw-2",)).may_choose(unknown)
