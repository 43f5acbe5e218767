"""`gateway broker`: the embedded broker as a process."""

import socket
from pathlib import Path

import pytest

from tests.cli.command_line import run
from tests.system.servers import free_port, gateway, listens

pytestmark = pytest.mark.system


def test_it_listens_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    process = gateway("broker", tmp_path, "broker", "--port", str(port))
    process.wait_for(f"listening on mqtt://127.0.0.1:{port}")
    assert listens(port)
    process.stop()
    assert not listens(port)


def test_a_port_in_use_is_a_message_without_a_traceback() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("broker", "--port", str(port))
    assert done.returncode == 1
    assert f"the broker can't listen on port {port}" in done.stderr
    assert "Traceback" not in done.stderr
