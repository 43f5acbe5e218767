"""Supply voltage, throttling and temperature of a Raspberry Pi."""

import pytest

from gateway.doctor.check import CheckState
from gateway.doctor.rules.power import PowerFacts, temperature, throttling, undervoltage


@pytest.mark.parametrize(
    ("bits", "voltage", "slowed"),
    [
        (0x0, "ok", "ok"),
        (0x1, "failed", "ok"),
        (0x10000, "warning", "ok"),
        (0x2, "ok", "failed"),
        (0x4, "ok", "failed"),
        (0x8, "ok", "failed"),
        (0xE0000, "ok", "warning"),
        (0x50005, "failed", "failed"),
        (0x50000, "warning", "warning"),
    ],
)
def test_each_bit_of_get_throttled_is_understood(bits: int, voltage: str, slowed: str) -> None:
    facts = PowerFacts(True, bits, None)
    assert (undervoltage(facts).state, throttling(facts).state) == (voltage, slowed)


def test_a_pi_that_does_not_say_is_unknown_and_other_machines_are_left_out() -> None:
    for judge in (undervoltage, throttling):
        assert judge(PowerFacts(True, None, None)).state is CheckState.UNKNOWN
        assert judge(PowerFacts(False, None, None)).state is CheckState.NOT_APPLICABLE


@pytest.mark.parametrize(("celsius", "state"), [(45.2, "ok"), (70.0, "warning"), (80.0, "failed"), (None, "not applicable")])
def test_heat_is_told_before_the_processor_slows_down(celsius: float | None, state: str) -> None:
    assert temperature(PowerFacts(True, 0, celsius)).state == state
