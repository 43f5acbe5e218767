"""`gateway log`: the last records."""

import asyncio
import logging
from pathlib import Path

import msgspec
import pytest

from gateway.cli import log as module
from gateway.web.technician.upkeep_routes import LoggedRecord
from tests.cli.local_commands import invoke
from tests.edge.running import running_gateway

logger = logging.getLogger("tests.street")


async def test_records_of_a_level_are_printed_for_people_and_programs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with running_gateway(tmp_path) as (gateway, _):
        logger.info("lamp on")
        logger.error("door open")
        everything, errors, as_json = [await invoke(module, gateway, *more) for more in ([], ["--level", "error"], ["--json"])]
    assert "lamp on\n" in everything.stdout
    assert "lamp on" not in errors.stdout
    assert errors.stdout.splitlines()[-1].endswith(" error: door open")
    records = [msgspec.json.decode(line, type=LoggedRecord) for line in as_json.stdout.splitlines()]
    assert ("error", "door open") in [(one.level, one.message) for one in records]


async def test_it_follows_until_the_gateway_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with running_gateway(tmp_path) as (gateway, _):
        logger.info("before")
        following = asyncio.create_task(invoke(module, gateway, "--follow"))
        async with asyncio.timeout(30):
            while not any(task.get_name() == "events" for task in asyncio.all_tasks()):
                await asyncio.sleep(0.01)
    assert "before" in (await following).stdout
