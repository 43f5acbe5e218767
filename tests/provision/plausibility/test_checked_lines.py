"""Devices of several lines that were checked, judged together."""

from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.device_check import CheckedValue
from gateway.provision.diagnosis.line_check import CheckedDevice, LineVerdict
from gateway.provision.plausibility.checked_lines import CheckedLine, judge_checked
from gateway.provision.plausibility.latest_values import TOGETHER_MS


def line(name: str, device: str) -> LineSettings:
    return LineSettings(id=name, tcp="192.0.2.1:502", devices=[DeviceSettings(id=device, profile="p", asset="qe-1")])


def checked(name: str, device: str, volts: float | None, t_ms: int = 0, quality: str = "Good") -> CheckedLine:
    value = CheckedValue("qe-1", "lighting_meter", "voltage", volts, "V", quality)
    return CheckedLine(LineVerdict(line=name, causes=[], devices=[CheckedDevice(device=device, sent=1, answered=1, values=[value])]), t_ms)


LINES = [line("one", "meter-a"), line("two", "meter-b")]
GOOD = checked("one", "meter-a", 230.0)


def test_meters_of_one_panel_on_two_lines_are_compared() -> None:
    (cause,) = judge_checked(LINES, [GOOD, checked("two", "meter-b", 260.0)])
    assert (cause.kind, cause.where) == (CauseKind.METERS_DISAGREE, "qe-1")
    assert judge_checked(LINES, [GOOD, checked("two", "meter-b", 231.0)]) == []


def test_values_that_are_bad_or_absent_or_of_another_time_say_nothing() -> None:
    for other in (
        checked("two", "meter-b", 260.0, quality="BadOutOfRange"),
        checked("two", "meter-b", None),
        checked("two", "meter-b", 260.0, TOGETHER_MS + 1),
    ):
        assert judge_checked(LINES, [GOOD, other]) == []
