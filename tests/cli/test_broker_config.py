"""`gateway broker-config`: what it writes, says and refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.host.mqtt import Broker
from gateway.host.mqtt.session_ending import SessionNotEnded
from tests.trust.broker import gateway

ACCESS: dict[str, Any] = {"gateways": {"citelum": ["gw-1"]}, "utilities": {"acqua": [{"operator": "citelum", "measurements": ["lamp"]}]}}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return written(tmp_path, ACCESS)


def written(folder: Path, access: dict[str, Any] | None) -> Path:
    centre = {"broker": "mqtt://127.0.0.1:1883", "store": {"history": {"path": str(folder / "h.sqlite")}}}
    path = folder / "centre.yaml"
    path.write_text(json.dumps({"site": "prato", "centre": centre | ({} if access is None else {"access": access})}))
    return path


def edge(folder: Path, site: str = "prato") -> Path:
    path = folder / "gw-2.yaml"
    lines = [{"id": "l", "serial": "/dev/ttyS0", "devices": [{"id": "meter", "profile": "carlo_gavazzi_em340", "asset": "qe-1"}]}]
    document = {"site": site, "operator": "other", "gateway": "gw-2", "uplink": {"broker": "mqtts://broker.example"}, "lines": lines}
    path.write_text(json.dumps(document | {"assets": {"qe-1": {"lat": 43.5, "lon": 11.5}}}))
    return path


def test_a_dry_run_shows_the_difference_and_writes_nothing(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "broker"
    done = gateway("broker-config", site, "--out", out, "--dry-run", "--reload", "1")
    assert done.exit_code == 0
    assert "+user prato-citelum-gw-1\n" in done.output
    assert "+topic read prato/v1/citelum/city/lamp/+\n" in done.output
    assert not out.exists()


def test_files_that_stay_the_same_are_not_touched(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "broker"
    first = gateway("broker-config", site, "--out", out)
    assert f"written: {out}/mosquitto.acl\nwritten: {out}/mosquitto.conf\n" in first.output
    assert "systemctl restart mosquitto" in first.output
    before = {path: path.stat().st_ino for path in out.iterdir()}
    again = gateway("broker-config", site, "--out", out)
    assert again.output == f"unchanged: {out}/mosquitto.acl\nunchanged: {out}/mosquitto.conf\n"
    assert {path: path.stat().st_ino for path in out.iterdir()} == before
    written(tmp_path, ACCESS | {"gateways": {"citelum": ["gw-1", "gw-7"]}})
    added = gateway("broker-config", site, "--out", out)
    assert added.output == f"written: {out}/mosquitto.acl\nunchanged: {out}/mosquitto.conf\n"


def test_a_file_that_somebody_wrote_is_kept_and_named(site: Path, tmp_path: Path) -> None:
    (tmp_path / "mosquitto.acl").write_text("user mine\n")
    done = gateway("broker-config", site, "--out", tmp_path)
    assert f"(the one that somebody else made is now {tmp_path}/mosquitto.acl.old)" in done.output


def test_site_files_of_gateways_add_their_gateways_and_the_positions_of_their_assets(tmp_path: Path) -> None:
    corners = [{"lat": 43, "lon": 11}, {"lat": 43, "lon": 12}, {"lat": 44, "lon": 12}, {"lat": 44, "lon": 11}]
    access = {"areas": {"centre": corners}, "utilities": {"acqua": [{"operator": "other", "area": "centre"}]}}
    done = gateway("broker-config", written(tmp_path, access), edge(tmp_path), "--out", tmp_path / "broker")
    assert done.exit_code == 0
    rules = (tmp_path / "broker" / "mosquitto.acl").read_text()
    assert "user prato-other-gw-2\n" in rules
    assert rules.endswith("user acqua\ntopic read prato/v1/other/city/+/qe-1\n")


def test_a_gateway_of_another_site_is_refused(site: Path, tmp_path: Path) -> None:
    done = gateway("broker-config", site, edge(tmp_path, "pisa"), "--out", tmp_path / "broker")
    assert (done.exit_code, done.output) == (1, f"{tmp_path}/gw-2.yaml:1:1: the site is 'pisa'; write 'prato', as in {site}\n")


def test_a_site_file_without_access_says_what_to_add(tmp_path: Path) -> None:
    path = written(tmp_path, None)
    done = gateway("broker-config", path, "--out", tmp_path / "broker")
    assert done.exit_code == 1
    assert done.output.startswith(f"{path}:1:")
    assert "the file does not say who may use the broker; add 'access:'" in done.output


def test_users_of_one_name_in_two_files_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"processes": {"prato-other-gw-2": "page"}})
    done = gateway("broker-config", path, edge(tmp_path), "--out", tmp_path / "broker")
    assert done.exit_code == 1
    assert done.output.startswith("gateway: two users would have the name 'prato-other-gw-2'")
    assert not (tmp_path / "broker").exists()


def test_a_broker_that_is_no_process_is_refused_with_what_to_write(site: Path, tmp_path: Path) -> None:
    wrong = gateway("broker-config", site, "--out", tmp_path, "--reload", "mosquitto")
    assert wrong.exit_code == 2
    assert "'mosquitto' is no process id; write a number, or systemd" in wrong.output
    other = gateway("broker-config", site, "--out", tmp_path, "--reload", str(2**22 + 1))
    assert other.exit_code == 1
    assert "can't be reloaded: No such file or directory; 'pidof mosquitto' prints the number" in other.output


def test_a_folder_that_can_not_be_written_is_a_sentence(site: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = gateway("broker-config", site, "--out", tmp_path / "file" / "broker")
    assert done.exit_code == 1
    assert done.output.startswith("gateway: ")
    assert "Not a directory" in done.output


def test_who_may_do_less_and_was_not_disconnected_is_named(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[list[str]] = []

    async def end_sessions(_broker: Broker, users: list[str]) -> None:
        tried.append(users)
        raise SessionNotEnded("the broker does not answer")

    monkeypatch.setattr("gateway.cli.broker_config.end_sessions", end_sessions)
    monkeypatch.setattr("gateway.cli.broker_config.reload_broker", lambda _: None)
    out = tmp_path / "broker"
    assert gateway("broker-config", site, "--out", out, "--reload", "1").exit_code == 0, "everybody is new"
    written(tmp_path, ACCESS | {"utilities": {}})
    done = gateway("broker-config", site, "--out", out, "--reload", "1")
    assert done.exit_code == 1
    assert "the rules hold, but what waits for acqua at the broker was not discarded: the broker does not answer" in done.output
    assert gateway("broker-config", site, "--out", out, "--reload", "1").exit_code == 0
    assert tried == [["acqua"]]
