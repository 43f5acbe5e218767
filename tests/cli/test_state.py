"""`gateway state`: how a running gateway is."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway.cli import state as module
from gateway.fieldbus.line.owner import LineOwner
from gateway.model.reading import Reading
from gateway.web.technician.state_routes import LiveReading, LocalState
from tests.cli.command_line import run
from tests.cli.local_commands import invoke
from tests.config.sites import GOOD
from tests.edge.running import running_gateway


@pytest.fixture(autouse=True)
def lines_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests alone make readings."""

    async def wait(_owner: LineOwner, stop: asyncio.Event) -> None:
        await stop.wait()

    monkeypatch.setattr(LineOwner, "run", wait)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


async def test_state_and_values_are_printed_for_people_and_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_gateway(tmp_path) as (gateway, _):
        shown = (await invoke(module, gateway)).stdout.splitlines()
        assert shown[0].startswith("gateway gw-1, version ")
        assert "uplink: NOT CONNECTED (mqtt://127.0.0.1:9)" in shown[1]
        assert shown[-1].split()[:3] == ["street", "127.0.0.1:9", "d-1"]
        assert msgspec.json.decode((await invoke(module, gateway, "--json")).stdout, type=LocalState).identity.gateway == "gw-1"
        assert (await invoke(module, gateway, "--values")).stdout == "no values yet\n"
        gateway._lines._process(gateway._lines.owners[0].devices[0], [Reading(0, 1000, [7], {})])
        assert (await invoke(module, gateway, "--values")).stdout.split()[1:] == ["d-1", "vehicle_count_total", "7", "{count}", "Good"]
        values = msgspec.json.decode((await invoke(module, gateway, "--values", "--json")).stdout, type=list[LiveReading])
        assert values[0].values[0].value == 7
        monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
        assert "NON CONNESSO" in (await invoke(module, gateway)).stdout


async def test_it_follows_until_the_gateway_ends(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, _):
        following = asyncio.create_task(invoke(module, gateway, "--follow", "--json"))
        async with asyncio.timeout(30):
            while not any(task.get_name() == "events" for task in asyncio.all_tasks()):
                await asyncio.sleep(0.01)
    done = await following
    assert msgspec.json.decode(done.stdout.splitlines()[0], type=LocalState).identity.site == "prato"


def test_a_gateway_that_does_not_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(f"{GOOD}state: {tmp_path}\n")
    done = run("state", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "gateway: the gateway does not run: start it with 'gateway run site.yaml'" in done.stderr
