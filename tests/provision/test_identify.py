from pathlib import Path
from typing import Literal

import pytest

from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.provision.identify import identify, read_objects
from gateway.provision.scan.scanner import fingerprints_of
from gateway.simulate.devices.modbus_server import ModbusLine, serve_tcp
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog
from tests.provision.products import PROFILES, Tables
from tests.provision.units import Unit, product, tcp_units

FINGERPRINTS = fingerprints_of(PROFILES)


class Forgetful(Unit):
    """A device that is busy (exception 6) every second time that it is asked for registers."""

    def answer(self, pdu: bytes) -> bytes:
        self.busy = not getattr(self, "busy", False)
        return bytes((pdu[0] | 0x80, 6)) if self.busy and pdu[0] in (3, 4) else super().answer(pdu)


async def test_a_device_is_identified_over_tcp_with_its_objects() -> None:
    async with tcp_units([product(4, "schneider_iem3155")]) as (host, port):
        client = TcpClient(TcpWire(host, port), 1.0)
        found = await identify(client, 4, FINGERPRINTS)
        client.close()
    assert found.first is not None
    assert found.first.profile == "schneider_iem3155"
    assert found.objects == {"VendorName": "Schneider", "ProductCode": "iEM3"}
    assert "VendorName is Schneider" in [one.en for one in found.first.reasons]


async def test_a_device_that_is_busy_is_asked_again() -> None:
    unit = product(1, "carlo_gavazzi_em340")
    async with tcp_units([Forgetful(1, unit.tables)]) as (host, port):
        client = TcpClient(TcpWire(host, port), 1.0)
        found = await identify(client, 1, FINGERPRINTS)
        client.close()
    assert found.first is not None
    assert found.first.profile == "carlo_gavazzi_em340"


async def test_a_device_without_identification_has_no_objects() -> None:
    empty: Tables = {3: {}}
    async with tcp_units([Unit(1, empty)]) as (host, port):
        client = TcpClient(TcpWire(host, port), 1.0)
        assert await read_objects(client, 1) == {}
        client.close()


@pytest.mark.parametrize(("product", "profile"), [("em340", "carlo_gavazzi_em340"), ("dali", "intesis_ibmbsdal"), ("xy_md02", "xy_md02")])
async def test_each_device_of_the_simulated_street_is_identified(
    product: Literal["em340", "dali", "xy_md02"], profile: str, tmp_path: Path
) -> None:
    device = SimDevice("one", product, 3, ["asset-1", "asset-2"], 1.0)
    line = SimLine("line", "tcp", 0, [device])
    log = ServedLog(tmp_path / "log")
    world = World(SimGateway("citelum", "gw-0001", [line]), 1, 1.0, 0.0, lambda: 0.0)
    address, server = await serve_tcp(ModbusLine(line, world, Serving(log)))
    host, _, port = address.rpartition(":")
    client = TcpClient(TcpWire(host, int(port)), 30.0)
    try:
        found = await identify(client, 3, FINGERPRINTS)
    finally:
        client.close()
        server.close()
        log.close()
    assert found.first is not None
    assert (found.first.profile, found.apart) == (profile, [])
