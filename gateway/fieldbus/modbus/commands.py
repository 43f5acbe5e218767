"""The commands that a Modbus device understands: the request of each, and what the response means. Pure."""

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import repeats
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus, WritePoint
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.write_request import write_request

_EXCEPTIONS = {
    1: (OutcomeStatus.REFUSED, "illegal function"),
    2: (OutcomeStatus.REFUSED, "illegal address"),
    3: (OutcomeStatus.REFUSED, "illegal value"),
    4: (OutcomeStatus.REFUSED, "device failure"),
    5: (OutcomeStatus.ACCEPTED, "acknowledged, not done yet"),
    6: (OutcomeStatus.REFUSED, "busy"),
    8: (OutcomeStatus.REFUSED, "memory parity error"),
    10: (OutcomeStatus.NO_RESPONSE, "no path through the bridge"),
    11: (OutcomeStatus.NO_RESPONSE, "the device behind the bridge does not respond"),
}
"""Modbus Application Protocol V1.1b3, section 7."""


class SendRequest(Command, frozen=True):
    """Send one request of any function."""

    request: Request


def request_of(device: BoundDevice, command: SendRequest | WritePoint) -> Request:
    """Return the request that executes a command.

    Raises:
        ValueError: the device has no such point, or it can't be written with this value; the text says what can.
    """
    if isinstance(command, SendRequest):
        return command.request
    point = device.points.get(command.point)
    if point is None:
        raise ValueError(f"profile '{device.profile.profile}' has no point '{command.point}'")
    last = repeats(device.profile, point) - 1
    if not 0 <= command.channel <= last:
        channels = f"channels 0 to {last}" if last > 0 else "channel 0 only"
        raise ValueError(f"'{command.point}' has no channel {command.channel}; it has {channels}")
    return write_request(device.profile, point, command.value, device.unit, command.channel)


def outcome_of(response: Response) -> Outcome:
    """Return the outcome that a response means."""
    code = response.exception
    if code is None:
        return Outcome(OutcomeStatus.DONE, data=response.data)
    status, text = _EXCEPTIONS.get(code, (OutcomeStatus.REFUSED, "exception"))
    return Outcome(status, f"{text} ({code})", response.data, code)
