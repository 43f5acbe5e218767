"""What a device is asked to judge its line: a short and a long response, from the reads that its profile plans. Pure."""

from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.pdu import Request, read_request
from gateway.fieldbus.modbus.planning.compiled_reads import PlanConstraints, compile_streams
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import in_whole, span
from gateway.provision.scan.plan import ALL_UNITS

_FEWEST_LONG_REGISTERS = 12
"""Shorter responses are not long enough to compare with short ones."""

_TIMES = 3
"""A long response has so many times the registers of a short one at least."""

_REGISTERS = (3, 4)


class LineQuestions(NamedTuple):
    """The requests for a short and a long response; no `long` one if the device has little to say."""

    short: Request
    long: Request | None


def questions_for(device: BoundDevice, cost: BusCost) -> LineQuestions:
    """Return what a device is asked: its shortest value, and its longest planned read. A device without values is asked for a register."""
    plan = compile_streams(device, device.all_streams, cost, PlanConstraints(frozenset(), frozenset(), frozenset()))
    spans = in_whole([span(number, slot) for number, slot in enumerate(device.slots)], device)
    if not spans:
        return LineQuestions(read_request(device.unit, 3, 0, 1), None)
    shortest = min(spans, key=lambda one: one.width)
    short = read_request(device.unit, shortest.function, shortest.address, shortest.width)
    longest = max((one.read for one in plan.reads if one.read.function in _REGISTERS), key=lambda one: one.quantity, default=None)
    if longest is None or longest.quantity < max(_FEWEST_LONG_REGISTERS, _TIMES * shortest.width):
        return LineQuestions(short, None)
    return LineQuestions(short, read_request(device.unit, longest.function, longest.address, longest.quantity))


def unused_units(used: set[int], count: int) -> list[int]:
    """Return addresses that no device of the site file has, from the end, where hardly any device is."""
    return [unit for unit in reversed(ALL_UNITS) if unit not in used][:count]
