"""The broker's files: differences, replacing, reloading."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from gateway.trust.access_rules import MADE
from gateway.trust.authority import BrokerIdentity
from gateway.trust.broker_files import ReloadError, difference, reload_broker, replace_file, write_certificates
from tests.system.servers import wait_until


def test_a_difference_shows_what_goes_and_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "mosquitto.acl"
    assert "+user a\n" in difference(path, "user a\n")
    path.write_text("user a\nuser b\n")
    assert difference(path, "user a\nuser b\n") == ""
    assert difference(path, "user a\nuser c\n").endswith(" user a\n-user b\n+user c\n")


def test_a_file_keeps_its_owner_and_mode_and_a_new_one_can_be_read_by_mosquitto(tmp_path: Path) -> None:
    path = tmp_path / "mosquitto.acl"
    assert replace_file(path, MADE) is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o640)
    os.chown(path, -1, 12)
    assert replace_file(path, MADE + "user a\n") is None
    assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_gid, path.read_text()) == (0o640, 12, MADE + "user a\n")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_somebody_wrote_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "mosquitto.acl"
    path.write_text("user mine\n")
    assert replace_file(path, MADE) == tmp_path / "mosquitto.acl.old"
    assert (tmp_path / "mosquitto.acl.old").read_text() == "user mine\n"
    assert replace_file(path, MADE) is None


def test_only_a_mosquitto_is_reloaded() -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        wait_until("its name", lambda: Path(f"/proc/{other.pid}/comm").read_text() == "sleep\n")
        with pytest.raises(ReloadError, match=rf"process {other.pid} is 'sleep', not mosquitto: 'pidof mosquitto'"):
            reload_broker(str(other.pid))
        assert other.poll() is None
        other.kill()
    with pytest.raises(ReloadError, match="No such file or directory; 'pidof mosquitto' prints the number"):
        reload_broker(str(other.pid))


def test_a_service_that_can_not_be_reloaded_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl = tmp_path / "systemctl"
    systemctl.write_text("#!/bin/sh\necho \"$@\" >> asked\nread fails < fails && echo 'Unit is masked' >&2 && exit 1 || exit 0\n")
    systemctl.chmod(0o755)
    (tmp_path / "fails").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    reload_broker("systemd")
    assert (tmp_path / "asked").read_text() == "reload mosquitto\n"
    (tmp_path / "fails").write_text("yes\n")
    with pytest.raises(ReloadError, match="mosquitto was not reloaded: Unit is masked; see 'systemctl status mosquitto'"):
        reload_broker("systemd")


def test_only_mosquitto_can_read_the_brokers_key_and_a_new_list_leaves_the_rest(tmp_path: Path) -> None:
    certs = tmp_path / "certs"
    written = write_certificates(certs, b"authority", b"list", BrokerIdentity(b"key", b"certificate"))
    assert [path.name for path in written] == ["broker.key", "broker.pem", "authority.pem", "revoked.pem"]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in written} == {
        "broker.key": 0o600, "broker.pem": 0o644, "authority.pem": 0o644, "revoked.pem": 0o644
    }  # fmt: skip
    assert (certs / "broker.key").owner() == "mosquitto"
    assert [path.name for path in write_certificates(certs, b"authority", b"newer", None)] == ["authority.pem", "revoked.pem"]
    assert {path.name: path.read_bytes() for path in certs.iterdir()} == {
        "broker.key": b"key", "broker.pem": b"certificate", "authority.pem": b"authority", "revoked.pem": b"newer"
    }  # fmt: skip
