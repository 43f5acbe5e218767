"""The newest values of devices."""

from gateway.provision.plausibility.latest_values import TOGETHER_MS, DeviceReading, together


def reading(t_ms: int = 0, **fields: float | str | bool) -> DeviceReading:
    return DeviceReading("meter", "qe-1", "lighting_meter", t_ms, fields)


def test_only_numbers_are_compared() -> None:
    one = reading(voltage=230, phase="L1", on=True)
    assert (one.number("voltage"), one.number("phase"), one.number("on"), one.number("current")) == (230.0, None, None, None)


def test_what_was_read_long_before_the_newest_is_left_out() -> None:
    old, new = reading(0), reading(TOGETHER_MS + 1)
    assert together([old, new, reading(1)]) == [new, reading(1)]
    assert together([]) == []
