from gateway.fieldbus.modbus.rtu_client import RtuClient
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.provision.scan.plan import probe_timing
from gateway.provision.scan.probing import Presence, ignores_unit, probe
from tests.provision.units import Unit, product, serial_units, tcp_units

SLOW = SerialSettings(9600, 8, "N", 1)


async def test_a_device_is_present_if_it_answers_be_it_with_an_exception() -> None:
    async with serial_units([product(1, "xy_md02"), Unit(2, {3: {0: 5}})]) as bus:
        client = RtuClient(SerialWire(bus.pty.path, SLOW), probe_timing(SLOW, 0.5))
        found = [await probe(client, unit) for unit in (1, 2, 3)]
        client.close()
    assert found == [Presence.PRESENT, Presence.PRESENT, Presence.SILENT]
    assert len(bus.requests) == 3


async def test_a_unit_of_which_a_bridge_says_that_it_is_absent_is_silent() -> None:
    async with tcp_units([product(1, "xy_md02")]) as (host, port):
        client = TcpClient(TcpWire(host, port), 1.0)
        found = [await probe(client, unit) for unit in (1, 2)]
        ignored = await ignores_unit(client)
        client.close()
    assert found == [Presence.PRESENT, Presence.SILENT]
    assert not ignored


async def test_a_device_that_answers_at_addresses_that_nobody_uses_ignores_the_address() -> None:
    async with tcp_units([product(1, "xy_md02")], any_unit=True) as (host, port):
        client = TcpClient(TcpWire(host, port), 1.0)
        ignored = await ignores_unit(client)
        client.close()
    assert ignored
