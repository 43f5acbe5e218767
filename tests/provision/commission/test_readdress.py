"""What would be written to change an address, and what the answers mean."""

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.site.lines import DeviceSettings
from gateway.provision.commission.readdress import RESULTS, ReaddressError, ReaddressResult, plan_readdress, result_of, sentence_of
from gateway.simulate.devices.bus import crc
from tests.provision.products import LIBRARY, MODBUS


def device(name: str, unit: int = 1) -> BoundDevice:
    return bind(DeviceSettings(id="relay", profile=name, unit=unit), LIBRARY.get(name), {})


def test_the_preview_is_exactly_what_is_sent() -> None:
    plan = plan_readdress(device("wirenboard_mr6c"), 12, {1, 2})
    frame = bytes.fromhex("01060080000C")
    assert plan.write.pdu == frame[1:]
    assert (frame + crc(frame)).hex(" ").upper() in plan.preview.en
    assert "unità 1" in plan.preview.it


def test_a_product_that_wants_function_16_gets_it() -> None:
    assert plan_readdress(device("dfrobot_sen0483", 2), 9, set()).write.pdu == bytes.fromhex("1010000001020009")


@pytest.mark.parametrize("name", [name for name in MODBUS if (modbus := LIBRARY.get(name).modbus) is not None and modbus.readdress])
def test_every_profile_that_says_how_can_be_readdressed(name: str) -> None:
    plan = plan_readdress(device(name, 5), 17, set())
    assert (plan.old, plan.new, plan.write.unit, plan.read(17).unit) == (5, 17, 5, 17)


def test_thirteen_products_can_be_readdressed() -> None:
    assert sum(one.modbus is not None and one.modbus.readdress is not None for one in map(LIBRARY.get, MODBUS)) == 13


@pytest.mark.parametrize(
    ("name", "new", "what"),
    [
        ("eastron_sdm120", 9, "does not say how"), ("wirenboard_mr6c", 1, "already"), ("wirenboard_mr6c", 248, "1 to 247"),
        ("wirenboard_mr6c", 2, "another device"),
    ],
)  # fmt: skip
def test_what_is_not_possible_says_why(name: str, new: int, what: str) -> None:
    with pytest.raises(ReaddressError, match=what):
        plan_readdress(device(name), new, {2})


@pytest.mark.parametrize(
    ("at_new", "at_old", "refused", "result"),
    [
        (b"\0\x0c", None, False, ReaddressResult.DONE),
        (None, b"\0\x0c", False, ReaddressResult.AFTER_RESTART),
        (None, b"\0\x01", True, ReaddressResult.REFUSED),
        (None, b"\0\x01", False, ReaddressResult.UNCHANGED),
        (None, None, False, ReaddressResult.LOST),
    ],
)
def test_the_answers_say_how_it_ended(at_new: bytes | None, at_old: bytes | None, refused: bool, result: ReaddressResult) -> None:
    plan = plan_readdress(device("wirenboard_mr6c"), 12, set())
    assert result_of(at_new, at_old, plan, refused=refused) is result
    assert "{" not in sentence_of(result, plan).en


def test_every_result_has_a_sentence() -> None:
    assert set(RESULTS) == set(ReaddressResult)
