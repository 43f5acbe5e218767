"""Tests a profile against a real device: reads every point once, and judges what was read."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.recognition import identifies, matches
from gateway.fieldbus.line.commands import OutcomeStatus
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line_factory import lone_driver
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import identification_texts, read_identification
from gateway.model.batch import Value
from gateway.model.profile import Identity, Setting, listens
from gateway.model.quality import name_of
from gateway.model.site.lines import LineSettings
from gateway.profile_check.listening import Listening, listen
from gateway.profile_check.plausibility import is_plausible, other_word_order, suspicion
from gateway.profile_check.slot_values import SlotValues, slot_values

_REGULAR_IDENTIFICATION = 2


class PointFinding(msgspec.Struct):
    """One point as it was read; `remark` is what is suspicious about it."""

    point: str
    channel: int | None
    value: Value
    unit: str | None
    quality: str
    remark: str | None = None


class IdentityFinding(NamedTuple):
    """One identifying fact of the product, the value read, and whether it matches."""

    identity: Identity
    value: Value
    matches: bool


class SettingFinding(NamedTuple):
    """A required setting that is not made, and the value read."""

    setting: Setting
    value: Value


class LiveFindings(NamedTuple):
    """What a live test found."""

    points: list[PointFinding]
    identities: list[IdentityFinding]
    missing_settings: list[SettingFinding]


async def run_live_test(
    line: LineSettings, device: BoundDevice, now_ms: Callable[[], int], listening: Listening | None = None
) -> LiveFindings:
    """Read every point of a device once and judge the values; nothing is written.

    Long values that are not plausible are read a second time with their words swapped. A device that sends by itself may be listened to
    for longer than for its first message.

    Raises:
        WireError: the line can't be opened, or failed.
        DriverFault: the driver failed.
    """
    read, objects = await _read(line, device, now_ms, listening, identify=any(one.object for one in device.profile.identify))
    swapped = None
    if needs_swapped_read(device, read):
        swapped, _ = await _read(line, with_words_swapped(device), now_ms, listening, identify=False)
    return judge(device, read, swapped, objects)


def needs_swapped_read(device: BoundDevice, read: SlotValues) -> bool:
    """Return whether a value is not plausible that might be with its words swapped."""
    return any(
        other_word_order(device.profile, slot.point) is not None and not is_plausible(slot.point, value)
        for slot, value in zip(device.slots, read.values, strict=True)
    )


def with_words_swapped(device: BoundDevice) -> BoundDevice:
    """Return the device with the words of every long value in the other order."""
    slots = []
    for slot in device.slots:
        other = other_word_order(device.profile, slot.point)
        slots.append(slot._replace(point=msgspec.structs.replace(slot.point, word_order=other)) if other else slot)
    return device._replace(slots=tuple(slots))


def judge(device: BoundDevice, read: SlotValues, swapped: SlotValues | None, objects: Mapping[str, str]) -> LiveFindings:
    """Judge what was read from a device.

    Args:
        device: the device, bound to every point of its profile.
        read: the values as the profile describes them.
        swapped: the values with the other word order, if they were read so too.
        objects: the device's identification objects by name.
    """
    points = [_point_finding(device, number, read, swapped) for number in range(len(device.slots))]
    values = {one.point: one.value for one in points if one.channel in (None, 0)}
    identities = []
    for identity in device.profile.identify:
        value = objects.get(identity.object) if identity.object else values.get(identity.point or "")
        identities.append(IdentityFinding(identity, value, identifies(identity, value)))
    missing = [
        SettingFinding(setting, values.get(setting.point))
        for setting in device.profile.settings
        if setting.point is not None and not matches(setting.one_of, values.get(setting.point))
    ]
    return LiveFindings(points, identities, missing)


def _point_finding(device: BoundDevice, number: int, read: SlotValues, swapped: SlotValues | None) -> PointFinding:
    slot, value, code = device.slots[number], read.values[number], read.codes[number]
    channel = slot.channel if device.profile.channels and slot.point.stride else None
    remark = suspicion(device.profile, slot.point, value, code, swapped.values[number] if swapped else None)
    return PointFinding(slot.point.name, channel, value, slot.point.unit, name_of(code), remark)


async def _read(
    line: LineSettings, device: BoundDevice, now_ms: Callable[[], int], listening: Listening | None, *, identify: bool
) -> tuple[SlotValues, dict[str, str]]:
    driver = lone_driver(line, device, now_ms)
    objects: dict[str, str] = {}
    try:
        if listening is not None and listens(device.profile):
            read = await listen(driver, device, listening)
        else:
            read = slot_values(device, (await read_once(driver, device)).readings)
        if identify:
            objects = await read_objects(driver, device)
    finally:
        driver.close()
    return read, objects


async def read_objects(driver: Driver, device: BoundDevice) -> dict[str, str]:
    """Read the identification objects of a device by name; return none if it has none or does not speak Modbus.

    Raises:
        WireError: The line failed.
        DriverFault: The driver failed.
    """
    outcome = await driver.execute(device, SendRequest(read_identification(device.unit, _REGULAR_IDENTIFICATION)))
    return identification_texts(outcome.data) if outcome.status is OutcomeStatus.DONE else {}
