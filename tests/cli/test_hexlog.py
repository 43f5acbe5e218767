"""`gateway hexlog`: the bytes on a line."""

import asyncio
import re
from pathlib import Path

import pytest

from gateway.cli import hexlog as module
from tests.cli.local_commands import invoke
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits, serving


@pytest.mark.parametrize("name", ["street", "d-1"])
async def test_what_passes_is_printed_until_the_gateway_ends(name: str, tmp_path: Path) -> None:
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (gateway, _):
        following = asyncio.create_task(invoke(module, gateway, name))
        async with asyncio.timeout(30):
            while not gateway._lines.taps["street"].watchers:
                await asyncio.sleep(0.01)
            asked = len(units.requests)
            while len(units.requests) < asked + 2:
                await asyncio.sleep(0.01)
    lines = (await following).stdout.splitlines()
    assert any(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} > (.. ){6}01 03 00 00 00 02", line) for line in lines), lines
    assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} [<>] ", line) for line in lines), lines


async def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, _):
        done = await invoke(module, gateway, "stret")
    assert (done.exit_code, "did you mean 'street'?" in done.stderr) == (1, True)
