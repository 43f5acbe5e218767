"""The read plan of a product as a report: every read, what it covers, what it bridges, how long it takes. Pure."""

from typing import Literal

import msgspec

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.read_cost import BusCost, character_s, rtu_cost, silence_s, tcp_cost
from gateway.fieldbus.modbus.planning.read_plan import Read, gaps, in_whole, plan, span
from gateway.fieldbus.modbus.planning.refusals import slot_name
from gateway.model.profile import Modbus, Profile
from gateway.model.site.lines import DeviceSettings

Transport = Literal["rtu", "tcp"]


class PlannedGap(msgspec.Struct):
    """Registers that are read and discarded, or that no read may span."""

    address: int
    quantity: int


class PlannedRead(msgspec.Struct):
    """One read; `covers` are the names of its points."""

    function: int
    address: int
    quantity: int
    covers: list[str]
    bridges: list[PlannedGap]
    ms: float


class PlannedGroup(msgspec.Struct):
    """The reads of the points with one interval; `every_s` is None for the reads of all points together."""

    every_s: float | None
    reads: list[PlannedRead]
    ms: float


class PlanReport(msgspec.Struct):
    """The read plan of a product; `uncovered` are the points that the device refuses."""

    profile: str
    transport: str
    baud: int | None
    turnaround_ms: float
    groups: list[PlannedGroup]
    holes: list[PlannedGap]
    uncovered: list[str]


def plan_report(
    profile: Profile, modbus: Modbus, baud: int, transport: Transport, learned: Learned | None = None, *, everything: bool
) -> PlanReport:
    """Plan the reads of a product.

    Args:
        profile: the product.
        modbus: the Modbus section of its profile.
        baud: the speed of the line, if it is a serial one.
        transport: the kind of line.
        learned: what a device has shown that it refuses.
        everything: plan every point, not only the ones that measurements use.
    """
    device, learned = _device(profile, everything=everything), learned or Learned(profile.profile)
    cost = _cost(profile, modbus, baud, transport)
    left_out = {number for number in range(len(device.slots)) if slot_name(device, number) in learned.refused}
    groups = []
    if len(device.groups) > 1:
        groups = [_group(device, cost, learned, set(device.slots_of(group.streams)) - left_out, group.every_s) for group in device.groups]
    groups.append(_group(device, cost, learned, set(range(len(device.slots))) - left_out, None))
    return PlanReport(
        profile=profile.profile,
        transport=transport,
        baud=baud if transport == "rtu" else None,
        turnaround_ms=1000 * modbus.turnaround,
        groups=groups,
        holes=[PlannedGap(hole.first, hole.end - hole.first) for hole in learned.holes],
        uncovered=sorted(slot_name(device, number) for number in left_out),
    )


def _device(profile: Profile, *, everything: bool) -> BoundDevice:
    """Bind a device with every channel in use."""
    if everything:
        return bind_every_point(profile)
    channels = {number: f"channel-{number}" for number in range(profile.channels or 0)}
    return bind(DeviceSettings(id="device", profile=profile.profile, asset="asset", channels=channels), profile, {})


def _cost(profile: Profile, modbus: Modbus, baud: int, transport: Transport) -> BusCost:
    if transport == "tcp":
        return tcp_cost(modbus.turnaround)
    serial = profile.serial
    one_s = character_s(baud, serial.data_bits, serial.parity, serial.stop_bits)
    return rtu_cost(one_s, max(silence_s(baud, one_s), modbus.pause), modbus.turnaround)


def _group(device: BoundDevice, cost: BusCost, learned: Learned, wanted: set[int], every_s: float | None) -> PlannedGroup:
    reads = [_read(device, cost, read) for read in plan(device, cost, wanted, learned.holes)]
    return PlannedGroup(every_s, reads, round(sum(read.ms for read in reads), 2))


def _read(device: BoundDevice, cost: BusCost, read: Read) -> PlannedRead:
    spans = in_whole([span(number, device.slots[number]) for number in read.slots], device)
    bridges = [PlannedGap(hole.first, hole.end - hole.first) for hole in gaps(read, spans)]
    covers = [slot_name(device, number) for number in read.slots]
    ms = round(1000 * cost.read_s(read.function, read.quantity), 2)
    return PlannedRead(read.function, read.address, read.quantity, covers, bridges, ms)
