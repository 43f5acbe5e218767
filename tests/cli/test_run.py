"""`gateway run`: what keeps it from starting."""

from pathlib import Path

import pytest

from tests.cli.command_line import run
from tests.config.sites import GOOD
from tests.system.servers import gateway


@pytest.mark.system
def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "site.yaml").write_text(
            GOOD.replace("mqtts://broker.example:8883", "mqtt://127.0.0.1:1")
            + f"listen: 127.0.0.1:{port}\njournal: {{path: {tmp_path}/j}}\n"
        )
        process = gateway("edge", tmp_path, "run", "site.yaml")
        assert process.process.wait(20) == 1
        assert f"127.0.0.1:{port} is in use" in process.log.read_text()
        assert "Traceback" not in process.log.read_text()


@pytest.mark.parametrize(
    ("uplink", "sentence"),
    [
        (
            '{broker: "mqtt://127.0.0.1:1", login: {user: a, password_file: password}}',
            "password can be read by other users (mode 0644): run chmod 600 password",
        ),
        ('{broker: "mqtt://127.0.0.1:1", login: {user: a, password_file: missing}}', "missing can't be read: No such file or directory"),
        (
            '{broker: "mqtts://127.0.0.1:1", tls: {ca: missing.pem}}',
            "the TLS files can't be used (No such file or directory): check missing.pem",
        ),
    ],
)
def test_a_secret_that_can_not_be_used_is_a_sentence(uplink: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")
    (tmp_path / "password").chmod(0o644)
    old = 'uplink: {broker: "mqtts://broker.example:8883", confirm: stored}'
    assert old in GOOD
    (tmp_path / "site.yaml").write_text(GOOD.replace(old, f"uplink: {uplink}") + "listen: 127.0.0.1:0\njournal: {path: j}\n")
    done = run("run", "site.yaml", cwd=tmp_path, timeout_s=20)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
