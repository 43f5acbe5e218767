"""`gateway restart`: as systemd does it, after a question."""

import asyncio
import os
from pathlib import Path

import pytest

from gateway.cli import restart as module
from tests.cli.local_commands import invoke
from tests.edge.running import running_gateway


async def test_a_service_is_told_to_end_and_another_gateway_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, told = list[int](), asyncio.Event()

    def kill(_process: int, number: int) -> None:
        ended.append(number)
        told.set()

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    async with running_gateway(tmp_path) as (gateway, _):
        refused = await invoke(module, gateway, "--yes")
        assert (refused.exit_code, "restart it by hand" in refused.stderr, ended) == (1, True, [])
        monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")
        asked = await invoke(module, gateway)
        assert (asked.exit_code, ended) == (1, []), "nobody said yes"
        done = await invoke(module, gateway, "--yes")
        assert (done.exit_code, done.stdout) == (0, "it restarts\n")
        async with asyncio.timeout(30):
            await told.wait()
