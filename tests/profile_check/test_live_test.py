"""A live test: what is read, and what is found in it."""

import asyncio

import msgspec
import pytest

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.model.batch import Value
from gateway.model.profile import Identity
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.profile_check.live_test import judge, needs_swapped_read, run_live_test, with_words_swapped
from gateway.profile_check.slot_values import SlotValues
from tests.profiles.library import LIBRARY
from tests.profiles.register_facts import FACTS, FactDevice


def test_only_long_values_that_are_not_plausible_are_read_again() -> None:
    device = bind_every_point(LIBRARY.get("peacefair_pzem016"))
    names = [slot.point.name for slot in device.slots]

    def needs(**values: Value) -> bool:
        return needs_swapped_read(device, SlotValues([values.get(name, 1.0) for name in names], [0] * len(names)))

    assert not needs()
    assert needs(current=7077888.0)
    assert not needs(voltage=-5.0), "one register has no word order"


def test_swapping_words_changes_long_values_alone() -> None:
    device = bind_every_point(LIBRARY.get("peacefair_pzem016"))
    swapped = {slot.point.name: slot.point.word_order for slot in with_words_swapped(device).slots}
    before = {slot.point.name: slot.point.word_order for slot in device.slots}
    assert device.profile.modbus is not None
    own = before["current"] or device.profile.modbus.word_order
    assert {own, swapped["current"]} == {"big", "little"}
    assert swapped["voltage"] == before["voltage"]


@pytest.mark.parametrize(("application", "missing"), [(7, []), (0, [0]), (None, [None])])
def test_a_required_setting_that_is_not_made_is_found(application: Value, missing: list[Value]) -> None:
    device = bind_every_point(LIBRARY.get("carlo_gavazzi_em24_rtu"))
    values = [application if slot.point.name == "cfg_application" else 72 for slot in device.slots]
    found = judge(device, SlotValues(values, [0] * len(values)), None, {})
    assert [one.value for one in found.missing_settings if one.setting.point == "cfg_application"] == missing
    assert [one.matches for one in found.identities] == [True]


def test_identification_objects_identify_a_product() -> None:
    name = next(name for name in LIBRARY.names if any(one.object for one in LIBRARY.get(name).identify))
    device = bind_every_point(LIBRARY.get(name))
    nothing = SlotValues([None] * len(device.slots), [int(Quality.BadNoData)] * len(device.slots))
    identity = next(one for one in device.profile.identify if one.object)
    value = str(identity.contains or identity.one_of[0])
    by_object = {one.identity.object: one for one in judge(device, nothing, None, {identity.object or "": value}).identities}
    assert by_object[identity.object].matches
    assert not any(one.matches for one in judge(device, nothing, None, {}).identities)


async def test_a_device_is_read_and_read_again_with_words_swapped_where_values_are_not_plausible() -> None:
    profile = LIBRARY.get("peacefair_pzem016")
    assert profile.modbus is not None
    served = {"voltage": [2257], "current": [108, 0], "active_power": [244, 0], "energy_total": [38, 0], "frequency": [500], "power_factor": [100], "power_alarm": [0]}  # fmt: skip
    server = FactDevice(1)
    for fact in FACTS:
        if fact.profile == profile.profile and fact.point in served:
            server.put(fact, served[fact.point])
    wrong_points = [msgspec.structs.replace(point, word_order=None) for point in profile.points]
    wrong = msgspec.structs.replace(profile, points=wrong_points, modbus=msgspec.structs.replace(profile.modbus, word_order="big"))
    listening, address = await server.serve()
    async with listening:
        line = LineSettings(id="l", tcp=address, devices=[DeviceSettings(id="d", profile=profile.profile)])
        found = await run_live_test(line, bind_every_point(wrong, 1), lambda: 0)
        right = await run_live_test(line, bind_every_point(profile, 1), lambda: 0)
        await server.disconnected()
    remarks = {one.point: one.remark for one in found.points if one.remark}
    assert remarks.keys() == {"current", "active_power", "energy_total"}
    assert remarks["current"] == "wrong word order? with the words swapped it is 0.108"
    assert [one.remark for one in right.points if one.remark] == []
    assert all(one.matches for one in right.identities)


@pytest.mark.parametrize(
    ("pdu", "objects"),
    [
        ("2b 0e 02 02 00 00 01 04 05 45 4d 33 33 30", {"ProductName": "EM330"}),
        ("2b 0e 02 02 00 00 01 80 01 41", {}),
        ("ab 01", {}),
        ("", {}),
    ],
)
async def test_identification_objects_are_read_if_the_device_has_them(pdu: str, objects: dict[str, str]) -> None:
    body, disconnected = bytes.fromhex(pdu), asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readexactly(8):
                await reader.readexactly(int.from_bytes(head[4:6], "big") - 2)
                said = body if head[7] == 0x2B else bytes((head[7] | 0x80, 2))
                if said:
                    writer.write(head[:4] + (len(said) + 1).to_bytes(2, "big") + head[6:7] + said)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            disconnected.set()

    identity = Identity(object="ProductName", contains="EM")
    profile = msgspec.structs.replace(LIBRARY.get("xy_md02"), identify=[identity])
    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listening:
        address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        line = LineSettings(id="l", tcp=address, timeout=0.2, devices=[DeviceSettings(id="d", profile=profile.profile)])
        found = await run_live_test(line, bind_every_point(profile, 1), lambda: 0)
        await disconnected.wait()
    assert found.identities == [(identity, objects.get("ProductName"), bool(objects))]
    assert {one.remark for one in found.points} == {"refused: the device has no such register"}
