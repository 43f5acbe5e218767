"""`firmware flash` and `firmware status` beside a running gateway, which does the update."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from firmware_tools.flash.record_files import UpdateFiles
from tests.edge.firmware.updating_gateway import image, street, updating_gateway
from tests.firmware_tools.cli.test_flash import run, started


@pytest.fixture(autouse=True)
def signed(tmp_path: Path) -> None:
    (tmp_path / "led.wbfw").write_bytes(image())


async def test_the_gateway_updates_the_device_with_the_same_output(tmp_path: Path) -> None:
    async with street(tmp_path) as place, updating_gateway(place):
        planned = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw", "--dry-run", "--json")
        assert json.loads(planned.out)["from_version"] == "3.7.0"
        ended = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw", "--json")
        assert (ended.code, ended.err) == (0, "")
        last = json.loads(ended.out.splitlines()[-1])
        assert (last["result"], last["read_back"]) == ("succeeded", "3.9.0")
        status = await run(place, "status", "site.yaml", "--json")
        assert [entry["result"] for entry in json.loads(status.out)["history"]] == ["succeeded"]


async def test_ctrl_c_stops_the_update_and_the_same_command_goes_on(tmp_path: Path) -> None:
    async with street(tmp_path) as place, updating_gateway(place):
        place.led.block_s = 0.1
        async with started(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw") as process:
            while place.led.accepted < 3:
                await asyncio.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
        assert process.returncode == 130, err
        assert [record.paused for record in UpdateFiles(tmp_path).unfinished()] == [True]
        status = await run(place, "status", "site.yaml")
        assert status.out.startswith("led-1: sending")
        place.led.block_s = 0.001
        assert (await run(place, "flash", "site.yaml", "led-1")).code == 0


async def test_a_refusal_of_the_gateway_is_said_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    async with street(tmp_path) as place, updating_gateway(place):
        refused = await run(place, "flash", "site.yaml", "climate", "--image", "led.wbfw", language="it_IT.UTF-8")
        assert refused.code == 1
        assert "non dice come si aggiorna" in refused.err


async def test_a_command_that_is_killed_leaves_the_update_to_the_gateway(tmp_path: Path) -> None:
    async with street(tmp_path) as place, updating_gateway(place):
        async with started(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw") as process:
            while place.led.accepted < 3:
                await asyncio.sleep(0.02)
            process.kill()
        async with asyncio.timeout(60):
            while place.led.application is None or place.led.application.version != "3.9.0":
                await asyncio.sleep(0.1)
