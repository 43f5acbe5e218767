"""The requests of commands to a Modbus device, and what its responses mean."""

from decimal import Decimal

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus, WritePoint
from gateway.fieldbus.modbus.commands import SendRequest, outcome_of, request_of
from gateway.fieldbus.modbus.pdu import Response, read_request
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source, WriteAccess
from gateway.model.site.lines import DeviceSettings, OverrideSettings

LEVEL = Point(
    name="level", holding=16, type="uint16", scale=Decimal("0.5"), unit="%", stride=100, write=WriteAccess(min=Decimal(0), max=Decimal(100))
)
PROFILE = Profile(
    profile="made", vendor="v", model="m", kind="lamp", confidence="low", sources=[Source(ref="here")], modbus=Modbus(), channels=2,
    points=[LEVEL], measurements=[Measurement(measurement="lamp", fields={})],
)  # fmt: skip
DEVICE = bind(DeviceSettings(id="d", profile="made", unit=7, channels={0: "a", 1: "b"}), PROFILE, {})


def test_a_write_becomes_the_request_for_the_channel_of_the_device() -> None:
    request = request_of(DEVICE, WritePoint("level", 40, channel=1))
    assert (request.unit, request.pdu.hex(" ")) == (7, "06 00 74 00 50")


def test_a_write_uses_the_sites_overrides_of_the_point() -> None:
    settings = DeviceSettings(id="d", profile="made", unit=7, channels={0: "a"}, overrides={"level": OverrideSettings(scale=Decimal(1))})
    assert request_of(bind(settings, PROFILE, {}), WritePoint("level", 40)).pdu.hex(" ") == "06 00 10 00 28"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (WritePoint("levle", 40), "profile 'made' has no point 'levle'"),
        (WritePoint("level", 40, channel=2), "'level' has no channel 2; it has channels 0 to 1"),
        (WritePoint("level", 40, channel=-1), "'level' has no channel -1"),
        (WritePoint("level", 101), "101 is outside the safe range"),
    ],
)
def test_a_command_that_does_not_fit_the_device_is_refused_with_what_does(command: WritePoint, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        request_of(DEVICE, command)


def test_a_raw_request_is_sent_as_it_is() -> None:
    request = read_request(9, 3, 5, 1)
    assert request_of(DEVICE, SendRequest(request)) is request


@pytest.mark.parametrize(
    ("exception", "status", "reason"),
    [
        (2, OutcomeStatus.REFUSED, "illegal address (2)"),
        (5, OutcomeStatus.ACCEPTED, "acknowledged, not done yet (5)"),
        (11, OutcomeStatus.NO_RESPONSE, "the device behind the bridge does not respond (11)"),
        (99, OutcomeStatus.REFUSED, "exception (99)"),
    ],
)
def test_an_exception_is_explained(exception: int, status: OutcomeStatus, reason: str) -> None:
    assert outcome_of(Response(b"", exception)) == Outcome(status, reason, b"", exception)


def test_a_response_with_data_is_done() -> None:
    assert outcome_of(Response(b"\x01", None)) == Outcome(OutcomeStatus.DONE, data=b"\x01")
