"""Worked examples: each way in which one fails is reported. (That those of the library pass is tested with the library.)"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.model.profile import Example, Modbus, Profile, WriteAccess
from gateway.profile_check.examples import check_examples, plan_flaws
from tests.profiles.library import LIBRARY

READ = {"request": "01 04 00 01 00 02 20 0B", "response": "01 04 04 01 31 02 22 2A CE"}


def failure(profile: Profile, **example: Any) -> str | None:
    """Return why an example fails."""
    one = Example(desc="made", origin="constructed", source="here", **example)
    (result,) = check_examples(msgspec.structs.replace(profile, examples=[one]))
    return result.why


def test_a_read_passes_if_every_decoded_value_is_equal_to_its_last_digit() -> None:
    profile = LIBRARY.get("xy_md02")
    assert failure(profile, **READ, decoded={"temperature": 30.5, "humidity": 54.6}) is None
    assert failure(profile, **READ, decoded={"temperature": 30.6}) == "'temperature' decodes to 30.5, the example has 30.6"


@pytest.mark.parametrize(
    ("example", "why"),
    [
        ({"request": "01 04 00 01 00 02 20 0C", "decoded": {}}, "the CRC of 01 04 00 01 00 02 20 0C is wrong; it should be 20 0B"),
        ({"request": READ["request"], "decoded": {"temperature": 30.5}}, "needs both 'request' and 'response'"),
        (READ | {"decoded": {"cfg_baud": 1.0}}, "'cfg_baud' (function 3, 258) is not in the registers read"),
        (READ | {"response": "01 04 02 02 22 38 49", "decoded": {"humidity": 54.6}}, "the response does not match the request"),
        ({"request": "01 04 00 00 00 02 71 CB"}, "no point begins at address 0 of function 4"),
        ({"written": {"cfg_unit_id": 7}}, "an example with 'written' needs a 'request'"),
        ({"request": READ["request"], "written": {"cfg_unit_id": 7}}, "the request built from the profile is 01 06 01 01 00 07"),
        ({"framing": "tcp", "request": "00 01 00 00 00 05 01 04 00 01 00 02"}, "the MBAP header of 00 01 00 00 00 05 01 04"),
    ],
)
def test_an_example_of_a_modbus_product_that_fails_says_why(example: dict[str, Any], why: str) -> None:
    found = failure(LIBRARY.get("xy_md02"), **example)
    assert found is not None
    assert why in found


def test_a_message_passes_however_it_is_split_and_a_query_must_be_one_of_the_profile() -> None:
    profile = LIBRARY.get("nova_sds011")
    good = next(one for one in profile.examples if one.rx and one.answer == "values")
    assert failure(profile, rx=good.rx, decoded=good.decoded) is None
    assert good.rx is not None
    wrong = good.rx[:-5] + ("00" if good.rx[-5:-3] != "00" else "01") + good.rx[-3:]
    assert failure(profile, rx=wrong, answer="refused", decoded={}) is None
    assert failure(profile, rx=good.rx, answer="refused", decoded={}) == "the message should be rejected, but is accepted"
    assert failure(profile, rx=good.rx, answer="nothing", decoded={}) == "the message should have no values, but has some"
    assert failure(profile, tx="AA B4 04") == "'AA B4 04' is neither a query nor a setup command of the profile"


def test_a_plan_that_reads_more_than_the_product_accepts_is_a_flaw() -> None:
    profile = LIBRARY.get("xy_md02")
    assert plan_flaws(profile) == []
    assert plan_flaws(LIBRARY.get("nova_sds011")) == []
    long_points = [msgspec.structs.replace(point, type="string", length=8, scale=None) for point in profile.points[:1]]
    narrow = msgspec.structs.replace(profile, modbus=Modbus(unit=1, longest_read=2), points=long_points, measurements=[])
    assert plan_flaws(narrow) == ["a read of 8 at 1 is longer than the product accepts"]


def test_a_write_is_built_from_its_value_and_confirmed_by_its_response() -> None:
    profile = LIBRARY.get("xy_md02")
    point = msgspec.structs.replace(profile.point("cfg_unit_id"), write=WriteAccess(min=Decimal(1), max=Decimal(247)))
    profile = msgspec.structs.replace(profile, points=[point, *profile.points[:2]])
    assert failure(profile, request="01 06 01 01 00 07 98 34", response="01 06 01 01 00 07 98 34", written={"cfg_unit_id": 7}) is None
    why = failure(profile, request="01 06 01 01 00 07 98 34", response="01 04 04 01 31 02 22 2A CE", written={"cfg_unit_id": 7})
    assert why == "the response does not match the request"
