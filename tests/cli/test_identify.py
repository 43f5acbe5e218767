"""`gateway identify`: the running gateway flashes its LED, or says that there is none."""

from pathlib import Path

import pytest

from gateway.cli import identify as module
from gateway.edge.services.identify import LedIdentify
from tests.cli.local_commands import invoke
from tests.edge.running import running_gateway
from tests.edge.services.test_board_led import add_led


async def test_the_led_of_the_board_flashes_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    board = tmp_path / "board"
    monkeypatch.setattr("gateway.edge.technician.LedIdentify", lambda state: LedIdentify(state, board))
    async with running_gateway(tmp_path) as (gateway, _):
        none = await invoke(module, gateway)
        assert (none.exit_code, "no LED" in none.stderr) == (1, True)
        led = add_led(board, "ACT")
        done = await invoke(module, gateway, "--seconds", "60")
        assert (done.exit_code, done.stdout) == (0, "the LED ACT flashes for 60 s\n")
        assert (led / "trigger").read_text() == "none"
    assert (led / "trigger").read_text() == "mmc0", "a gateway that stops returns it"
