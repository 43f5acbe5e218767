"""A line is spoken to with its own settings, or with others."""

import pytest

from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.access import CheckAccess
from gateway.provision.scan.probing import Presence, probe
from tests.provision.products import LIBRARY
from tests.provision.units import product, serial_units, tcp_units

DEVICES = [DeviceSettings(id="meter", profile="eastron_sdm120", unit=3)]
SDM120 = LIBRARY.get("eastron_sdm120")


async def test_a_serial_line_is_asked_at_its_settings_and_at_others() -> None:
    async with serial_units([product(3, "eastron_sdm120", 19200)]) as bus:
        access = CheckAccess(LineSettings(id="line", serial=bus.pty.path, baud=9600, devices=DEVICES), SDM120)
        found = []
        for settings in (None, SerialSettings(19200, 8, "N", 1)):
            asker = access.asker(0.4, settings)
            found.append((await asker.ask(read_request(3, 3, 0, 1))).answered)
            asker.close()
        assert found == [False, True]
        assert await access.hear(0.05) == b""


async def test_an_endpoint_is_asked_over_tcp() -> None:
    async with tcp_units([product(3, "eastron_sdm120")]) as (host, port):
        client = CheckAccess(LineSettings(id="line", tcp=f"{host}:{port}", devices=DEVICES), SDM120).client(1.0)
        assert await probe(client, 3) is Presence.PRESENT
        client.close()


async def test_a_port_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(WireError, match="can't be opened"):
        await CheckAccess(LineSettings(id="line", serial="/dev/no-such-port", devices=DEVICES), SDM120).hear(0.05)
