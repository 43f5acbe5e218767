"""The quality of the lines, as `gateway watch` prints it, and raw requests beside the polls."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli.local import LocalError
from gateway.edge.telemetry.lines_report import LinesReport
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.web.technician.lines_routes import RawAsk, RegisterRead, RegisterValues
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits, serving

PATH, ASK = "/api/registers/read", "/api/registers/ask"


async def test_registers_are_read_as_they_are(tmp_path: Path) -> None:
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (_, local):
        found = await asyncio.to_thread(local.post, PATH, RegisterRead("d-1", "holding", 40, 3), RegisterValues)
        assert found == RegisterValues("done", "", None, [40, 41, 42], [])
        for wanted, status in (
            (RegisterRead("d-2", "holding", 0, 1), 404),
            (RegisterRead("d-1", "holding", 0, 126), 400),
            (RegisterRead("d-1", "holding", 65535, 2), 400),
        ):
            with pytest.raises(LocalError) as error:
                await asyncio.to_thread(local.post, PATH, wanted)
            assert error.value.status == status
        for body in ({"device": "d-1", "table": "holding", "address": -1}, {"device": "d-1", "table": "file", "address": 0}):
            with pytest.raises(LocalError) as error:
                await asyncio.to_thread(local.post, PATH, body)
            assert error.value.status == 400


async def test_a_device_that_does_not_respond_is_said(tmp_path: Path) -> None:
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (_, local):
        units.silent.add(1)
        found = await asyncio.to_thread(local.post, PATH, RegisterRead("d-1", "holding", 0, 1), RegisterValues)
        assert (found.status, found.words) == ("no response", [])
        units.release.set()


async def test_a_second_read_of_a_line_does_not_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> Outcome:
        begun.set()
        await go.wait()
        return Outcome(OutcomeStatus.DONE, data=bytes.fromhex("05 a0"))

    async with running_gateway(tmp_path) as (gateway, local):
        monkeypatch.setattr(gateway._lines.owners[0], "execute", slow)
        first = asyncio.create_task(asyncio.to_thread(local.post, PATH, RegisterRead("d-1", "coil", 0, 11), RegisterValues))
        async with asyncio.timeout(30):
            await begun.wait()
            with pytest.raises(LocalError, match="another request waits for this line") as error:
                await asyncio.to_thread(local.post, PATH, RegisterRead("d-1", "holding", 0, 1))
            assert error.value.status == 503
            go.set()
            bits = (await first).bits
    assert bits == [True, False, True, False, False, False, False, False, False, False, False], "0x05, then three bits of 0xa0"


async def test_any_request_is_sent_over_the_socket_also_one_that_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (gateway, local):
        read = await asyncio.to_thread(local.post, ASK, RawAsk("d-1", ["read", "holding", "40", "2"]), Outcome)
        assert (read.status, read.data.hex(" ")) == (OutcomeStatus.DONE, "00 28 00 29")
        sent: list[bytes] = []

        async def execute(_device: BoundDevice, command: SendRequest, _deadline_s: float) -> Outcome:
            sent.append(command.request.pdu)
            return Outcome(OutcomeStatus.DONE)

        monkeypatch.setattr(gateway._lines.owners[0], "execute", execute)
        await asyncio.to_thread(local.post, ASK, RawAsk("d-1", ["write", "coil", "3", "on"]))
        assert [one.hex(" ") for one in sent] == ["05 00 03 ff 00"]
        for device, words, status in (("d-2", ["identify"], 404), ("d-1", ["reed"], 400)):
            with pytest.raises(LocalError) as error:
                await asyncio.to_thread(local.post, ASK, RawAsk(device, words))
            assert error.value.status == status


async def test_the_counters_of_every_device_are_reported(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        found = await asyncio.to_thread(local.get, "/api/lines", LinesReport)
    assert found.gateway == "gw-1"
    assert [(line.id, [device.id for device in line.devices]) for line in found.lines] == [("street", ["d-1"])]


async def test_after_a_read_the_line_is_left_to_its_polls_for_as_long_as_the_read_took(tmp_path: Path) -> None:
    loop, read = asyncio.get_running_loop(), RegisterRead("d-1", "holding", 0, 1)
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (_, local):
        units.silent.add(1)
        assert (await asyncio.to_thread(local.post, PATH, read, RegisterValues)).status == "no response"
        units.silent.clear()
        ended_s = loop.time()
        assert (await asyncio.to_thread(local.post, PATH, read, RegisterValues)).status == "done"
        assert loop.time() - ended_s > 0.3
