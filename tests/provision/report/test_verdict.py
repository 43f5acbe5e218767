"""Why a report is red."""

import msgspec
import pytest

from gateway.model.messages import InstallationReport, ReportedDevice, ReportedUplink, ReportedValue
from gateway.provision.report.verdict import reasons_of
from tests.provision.report.reports import MACHINE, TIME, device, report


def said(found: InstallationReport, *, running: bool = True, cloned_by: str | None = None, failing: tuple[str, ...] = ()) -> list[str]:
    reasons = list(reasons_of(found, running, cloned_by, failing))
    assert all(one.it and one.it != one.en for one in reasons), "each in Italian, too"
    return [one.en for one in reasons]


def test_an_installation_in_which_everything_works_has_no_reason() -> None:
    assert said(report()) == []


def test_a_gateway_that_does_not_run_is_the_only_reason() -> None:
    assert said(report(lines=[]), running=False) == ["the gateway does not run: start it with 'systemctl start street-gateway'"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"uplink": ReportedUplink(connected=False, waiting=9)},
            "no connection to the broker: readings wait in the journal; check network, antenna and SIM card",
        ),
        ({"machine": msgspec.structs.replace(MACHINE, synchronised=False)}, "the clock is not synchronised"),
        ({"lines": []}, "no line is configured: scan one"),
    ],
)
def test_what_is_wrong_with_the_gateway_is_said_with_what_to_do(changes: dict[str, object], sentence: str) -> None:
    (reason,) = said(report(**changes))
    assert reason.startswith(sentence)


def test_another_gateway_of_this_name_is_named() -> None:
    assert said(report(), cloned_by="gw (dca632aabbcc)")[0].startswith("another gateway runs under this name, on gw (dca632aabbcc)")


def test_a_line_that_fails_hides_its_devices_and_a_busy_one_is_a_reason() -> None:
    assert said(report(device(state="silent")), failing=("street",)) == [
        "line street does not work: check that /dev/ttyUSB0 is connected and not used by another program"
    ]
    busy = report()
    busy.lines[0].load = 97.3
    assert said(busy) == ["line street is 97 % busy: choose longer intervals, or a higher baud rate"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (device(state="silent"), "meter does not respond: check its power, wiring and address"),
        (device(state="not yet heard", values=[]), "meter does not respond"),
        (device(state="off"), "meter has no power, so it was not tested"),
        (device(requests=20, answers=18), "meter does not answer 10 % of its requests"),
        (device(values=[]), "meter has no values yet"),
        (
            device(values=[ReportedValue("a", "m", f"f{n}", TIME, quality="BadOutOfRange") for n in range(6)]),
            "meter: no good value of f0, f1, f2, f3 …",
        ),
    ],
)
def test_what_is_wrong_with_a_device_is_said_with_what_to_do(found: ReportedDevice, sentence: str) -> None:
    (reason,) = said(report(found))
    assert reason.startswith(sentence)


@pytest.mark.parametrize(
    "found",
    [
        device(requests=19, answers=10),
        device(requests=100, answers=95),
        device(state="not yet heard"),
        device(values=[ReportedValue("a", "m", "f", TIME, quality="UncertainInitialValue")]),
    ],
)
def test_a_disturbance_or_an_instrument_that_sends_by_itself_is_no_reason(found: ReportedDevice) -> None:
    assert said(report(found)) == []
