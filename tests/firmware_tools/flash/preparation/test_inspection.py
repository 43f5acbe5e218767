"""A device is asked what it is, more than once if it must be."""

import pytest

from firmware_tools.drivers.port import UpdateUnsupported
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation import inspection
from firmware_tools.flash.preparation.inspection import inspect
from tests.firmware_tools.flash.modelled_device import Fate, ModelledDevice
from tests.firmware_tools.flash.scripted_driver import ScriptedDriver, TurnedLine


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_AGAIN_S", 0.0)


def driver(*suffered: Fate) -> ScriptedDriver:
    return ScriptedDriver(ModelledDevice("any"), suffered)


async def test_a_device_that_answers_at_the_third_time_has_said_what_it_is() -> None:
    one = driver("not heard", "not answered")
    assert (await inspect(one, TurnedLine())).version == "1.0"
    assert not one.open


async def test_a_device_that_does_not_answer_is_refused() -> None:
    with pytest.raises(FlashRefused) as refused:
        await inspect(driver("not heard", "not heard", "not heard"), TurnedLine())
    assert refused.value.code == "no_answer"


async def test_a_line_that_can_t_be_used_or_is_needed_back_each_time_is_refused() -> None:
    with pytest.raises(FlashRefused) as broken:
        await inspect(driver(), TurnedLine(broken=frozenset({1})))
    assert broken.value.code == "no_line"
    with pytest.raises(FlashRefused, match="needed back each time"):
        await inspect(driver(), TurnedLine(recalled=frozenset({1, 2, 3})))


async def test_a_device_that_can_t_be_updated_is_refused_at_once() -> None:
    class Unsupported(ScriptedDriver):
        async def probe(self) -> None:  # type: ignore[override]
            raise UpdateUnsupported("too old", "troppo vecchio")

    with pytest.raises(FlashRefused) as refused:
        await inspect(Unsupported(ModelledDevice("any")), TurnedLine())  # type: ignore[arg-type]
    assert refused.value.code == "unsupported"
