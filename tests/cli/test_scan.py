"""`gateway scan` in a process of its own, with simulated units behind TCP and on a pty."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from tests.cli.command_line import ROOT
from tests.provision.units import Unit, device_server, product, serial_units, tcp_units


class Finished:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture(autouse=True)
def sigint_is_not_ignored() -> Iterator[None]:
    """Let commands begin as from a terminal: in the background of a shell, SIGINT would be ignored until they set their handlers."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@asynccontextmanager
async def scanning(tmp_path: Path, *arguments: str, language: str = "C") -> AsyncIterator[asyncio.subprocess.Process]:
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "LC_ALL": language}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "scan",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env=env,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def scan(tmp_path: Path, *arguments: str, language: str = "C") -> Finished:
    async with scanning(tmp_path, *arguments, language=language) as process:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


def site_file(tmp_path: Path, address: str, devices: Sequence[dict[str, object]]) -> str:
    site = {
        "site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1"},
        "lines": [{"id": "l", "tcp": address, "devices": devices}],
    }  # fmt: skip
    (tmp_path / "site.yaml").write_text(json.dumps(site))
    return "site.yaml"


async def test_devices_are_printed_with_product_and_reasons(tmp_path: Path) -> None:
    async with tcp_units([product(3, "carlo_gavazzi_em340")]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "2-4")
    assert done.code == 0
    first, last = done.out.splitlines()
    assert first.startswith("unit 3  Carlo Gavazzi ")
    assert "(carlo_gavazzi_em340), serial number SN4711: device_id is 340; " in first
    assert last == "1 device found"


async def test_a_serial_device_server_is_scanned(tmp_path: Path) -> None:
    async with device_server([product(3, "eastron_sdm630")]) as server:
        host, port = server.address
        done = await scan(tmp_path, f"{host}:{port}", "--rtu-over-tcp", "--units", "3", "--listen", "100ms", "--timeout", "1s")
    assert done.code == 0
    assert "(eastron_sdm630)" in done.out


async def test_a_technician_reads_it_in_italian(tmp_path: Path) -> None:
    async with tcp_units([product(3, "carlo_gavazzi_em340"), Unit(4, {3: {}})]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "2-4", language="it_IT.UTF-8")
    first, second, last = done.out.splitlines()
    assert "numero di serie SN4711: device_id è 340" in first
    assert second == "unità 4  prodotto senza profilo"
    assert last == "2 dispositivi trovati"


async def test_products_that_can_not_be_told_apart_are_listed(tmp_path: Path) -> None:
    async with tcp_units([product(2, "campbell_metsens200")]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "2")
    assert done.out.startswith("unit 2  one of several products:\n")
    assert "(campbell_metsens200)" in done.out
    assert "to tell them apart: " in done.out


async def test_what_speaks_against_a_product_is_printed_too(tmp_path: Path) -> None:
    meter = product(2, "eastron_sdm120")
    meter.tables[4][0] = meter.tables[4][1] = 0
    async with tcp_units([meter]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "2")
    assert " — but voltage is 0, which is unusual\n" in done.out


async def test_json_has_one_object_on_each_line(tmp_path: Path) -> None:
    async with tcp_units([product(3, "eastron_sdm630")]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "3", "--json")
    found, end = (json.loads(line) for line in done.out.splitlines())
    assert found["found"]["unit"] == 3
    assert found["found"]["identification"]["candidates"][0]["profile"] == "eastron_sdm630"
    assert end["end"] == {
        "complete": True,
        "devices": 1,
        "obstacle": None,
        "missing": [],
        "stopped": False,
        "problem": None,
        "problem_it": None,
    }


async def test_devices_of_the_site_file_are_known_or_missing(tmp_path: Path) -> None:
    async with tcp_units([product(3, "eastron_sdm630"), product(9, "xy_md02")]) as (host, port):
        devices = [
            {"id": "meter", "profile": "eastron_sdm630", "unit": 3, "asset": "a"},
            {"id": "climate", "profile": "xy_md02", "unit": 4, "asset": "b"},
        ]
        done = await scan(tmp_path, f"{host}:{port}", "--units", "3-9", "--site", site_file(tmp_path, f"{host}:{port}", devices))
    assert "    known: meter\n" in done.out
    assert "climate (4) did not respond; it may have moved to unit 9, where the site file has no device\n" in done.out


async def test_a_moved_device_and_a_replaced_one_are_recognised_in_the_next_scan(tmp_path: Path) -> None:
    units = [product(3, "carlo_gavazzi_em340", serial_number=1), product(4, "carlo_gavazzi_em340", serial_number=2)]
    async with tcp_units(units) as (host, port):
        await scan(tmp_path, f"{host}:{port}", "--units", "3-6")
        units[0].number, units[1] = 5, product(4, "carlo_gavazzi_em340", serial_number=3)
        done = await scan(tmp_path, f"{host}:{port}", "--units", "3-6")
    assert "    replaced: the serial number was SN2 in the last scan, and is SN3\n" in done.out
    assert "    moved: serial number SN1 was at unit 3 in the last scan\n" in done.out


async def interrupted(process: asyncio.subprocess.Process) -> bytes:
    """Press Ctrl-C once, and return what the process writes to stderr until it ends."""
    process.send_signal(signal.SIGINT)
    return (await asyncio.wait_for(process.communicate(), 60))[1]


async def test_ctrl_c_stops_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    async with serial_units([product(1, "xy_md02")]) as bus:
        path = bus.pty.path
        async with scanning(tmp_path, path, "--units", "1-200", "--listen", "100ms", "--timeout", "400ms") as process:
            assert process.stdout is not None
            first = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            err = await interrupted(process)
        record = json.loads(next((tmp_path / "street-gateway").iterdir()).read_text())
        bus.requests.clear()
        async with scanning(tmp_path, path, "--resume", "--listen", "100ms") as again:
            while not bus.requests:
                await asyncio.sleep(0.05)
            await interrupted(again)
    assert first.startswith("9600 8N1  unit 1  ")
    assert process.returncode == 130
    assert err.decode().splitlines()[-1] == f"gateway: stopped; go on with 'gateway scan {path} --resume'"
    assert record["complete"] is False
    assert [one["unit"] for one in record["found"]] == [1]
    legs, units = record["place"]
    assert (legs, bus.requests[0][1][0]) == (0, units + 1)


async def test_ctrl_c_stops_it_in_a_shell_that_ignores_it_for_what_runs_in_the_background(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        async with serial_units([]) as bus, scanning(tmp_path, bus.pty.path, "--units", "1-200", "--listen", "100ms") as process:
            while not bus.requests:
                await asyncio.sleep(0.05)
            await interrupted(process)
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode == 130


@pytest.mark.parametrize("after_s", [0.05, 0.5, 1.5])
async def test_ctrl_c_ends_it_whatever_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after_s: float) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # coverage drops an interrupt that comes while it starts
    async with serial_units([]) as bus, scanning(tmp_path, bus.pty.path, "--units", "1-200", "--listen", "1min") as process:
        await asyncio.sleep(after_s)
        await interrupted(process)
    assert process.returncode != 0
    assert bus.requests == []


async def test_there_is_nothing_to_resume_after_a_whole_scan(tmp_path: Path) -> None:
    async with tcp_units([product(3, "eastron_sdm630")]) as (host, port):
        await scan(tmp_path, f"{host}:{port}", "--units", "3")
        done = await scan(tmp_path, f"{host}:{port}", "--resume")
    assert done.code == 1
    assert done.err.startswith(f"gateway: no stopped scan of {host}:{port} to go on with (")


async def test_a_port_of_a_running_gateway_is_not_scanned(tmp_path: Path) -> None:
    async with serial_units([]) as bus:
        gateway = SerialWire(bus.pty.path, SerialSettings(9600, 8, "N", 1))
        await gateway.open(lambda _: None, lambda _: None)
        done = await scan(tmp_path, bus.pty.path)
        gateway.close()
    assert done.code == 1
    assert done.err.endswith(
        f"gateway: serial port {bus.pty.path} can't be opened: another program has locked it, such as a running gateway; "
        "check the cable, and stop the program that uses the port; to scan a line that a running gateway polls, name its site file (--site)\n"
    )
    assert bus.requests == []


async def test_what_is_wrong_is_a_sentence(tmp_path: Path) -> None:
    closed = await scan(tmp_path, "127.0.0.1:1")
    assert closed.code == 1
    assert closed.err.startswith("gateway: 127.0.0.1:1 can't be reached: ")
    assert closed.err.endswith("; check the address, and the cable\n")
    assert "invalid units '0'" in (await scan(tmp_path, "127.0.0.1:1", "--units", "0")).err


async def test_a_scan_that_finds_nothing_fails(tmp_path: Path) -> None:
    async with tcp_units([]) as (host, port):
        done = await scan(tmp_path, f"{host}:{port}", "--units", "1-3")
    assert done.code == 1
    assert done.out == "0 devices found\n"
