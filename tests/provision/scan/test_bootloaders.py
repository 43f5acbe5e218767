"""Devices that a scan finds in their bootloaders."""

import asyncio

import pytest

from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.provision.scan.bootloaders import bootloader_note
from gateway.provision.scan.line_access import LineAccess
from gateway.provision.scan.plan import Leg, ScanPlace
from gateway.provision.scan.scanner import ScanTerms, SerialScan
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.bootloaders.wirenboard import WirenBoard
from tests.firmware_tools.drivers.lines import bus_of, line_to
from tests.provision.products import PROFILES
from tests.provision.scan.watching import Watching
from tests.provision.units import port_access

SETTINGS = SerialSettings(9600, 8, "N", 2)


def stuck(unit: int) -> WirenBoard:
    made = WirenBoard(unit, version=None)
    made.restart_s = 0.02
    return made


async def test_a_wiren_board_device_without_firmware_is_named_with_what_to_do() -> None:
    async with bus_of(stuck(42), Meter(7, 9600), baud=9600) as bus:
        await asyncio.sleep(0.1)
        watching = Watching()
        access: LineAccess = port_access(bus.address)
        terms = ScanTerms(reaction_s=0.4, listen_s=0.1)
        obstacle = await SerialScan(access, PROFILES, terms, watching).run([Leg(SETTINGS, (7, 42))], ScanPlace())
    assert obstacle is None
    notes = {device.unit: [note.en for note in device.notes] for device in watching.devices}
    assert notes[42] == [
        "it is in its bootloader, without working firmware: Wiren Board wbled (wirenboard_led), bootloader 1.4.0; "
        "add it to the site file with that profile, and write its firmware with: firmware flash SITE DEVICE"
    ]
    assert notes.get(7, []) == []


@pytest.mark.parametrize("unit", [7, 9])
async def test_no_other_device_and_no_silent_address_is_a_bootloader(unit: int) -> None:
    async with bus_of(Meter(7, 9600), baud=9600) as bus:
        client = line_to(bus, unit, settings=SETTINGS).client(0.2)
        assert await bootloader_note(client, unit, PROFILES) is None
        client.close()
