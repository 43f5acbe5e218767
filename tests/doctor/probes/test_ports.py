"""Facts about serial ports: pseudo-terminals, and a folder that stands for /sys."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.doctor.probes import ports
from gateway.model.site.lines import LineSettings
from tests.doctor.probes.test_kernel import write


@pytest.fixture
def port() -> Iterator[str]:
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def line(port: str, **more: object) -> LineSettings:
    return msgspec.convert({"id": "street", "serial": port, "devices": [{"id": "d", "profile": "p"}]} | more, LineSettings)


def test_a_port_is_there_with_its_latency_timer(tmp_path: Path, port: str) -> None:
    root = write(tmp_path, {f"sys/bus/usb-serial/devices/{Path(port).name}/latency_timer": "16\n"})
    (found,) = ports.ports(root, [line(port)], "root")
    assert found == ("street", port, None, True, True, 16, None)


def test_a_port_that_is_missing_has_a_reason(tmp_path: Path) -> None:
    (found,) = ports.ports(tmp_path, [line(str(tmp_path / "ttyUSB0"))], "root")
    assert found.why_missing == "No such file or directory"
    (by_number,) = ports.ports(tmp_path, [line("usb:FT123456")], "root")
    assert "no adapter with serial number FT123456" in (by_number.why_missing or "")


def test_a_name_that_the_kernel_gives_in_order_is_not_stable(tmp_path: Path, port: str) -> None:
    (tmp_path / "ttyUSB0").symlink_to(port)
    assert not ports.ports(tmp_path, [line(str(tmp_path / "ttyUSB0"))], "root")[0].stable


def test_a_driver_that_can_not_control_direction_is_told(tmp_path: Path, port: str) -> None:
    assert ports.ports(tmp_path, [line(port, rs485={})], "root")[0].direction == "unable"


@pytest.mark.parametrize(("answer", "direction"), [(1, "on"), (0, "off")])
def test_the_flags_of_the_driver_say_whether_it_controls_direction(
    tmp_path: Path, port: str, monkeypatch: pytest.MonkeyPatch, answer: int, direction: str
) -> None:
    monkeypatch.setattr("fcntl.ioctl", lambda _port, _request, _given: answer.to_bytes(4, "little") + bytes(60))
    assert ports.ports(tmp_path, [line(port, rs485={})], "root")[0].direction == direction


def test_a_port_that_can_not_be_opened_says_nothing_of_its_direction(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert ports._direction(tmp_path / "folder") == "unknown"


@pytest.mark.parametrize(("mode", "owner", "group", "may"), [(0o660, 0, "dialout", False), (0o666, 0, "root", True), (0o660, 0, "nogroup", True), (0o440, 0, "nogroup", False), (0o600, 65534, "root", True), (0o066, 65534, "root", False)])  # fmt: skip
def test_a_user_may_use_a_file_by_its_owner_group_or_mode(tmp_path: Path, mode: int, owner: int, group: str, may: bool) -> None:
    import grp

    (tmp_path / "port").touch()
    os.chown(tmp_path / "port", owner, grp.getgrnam(group).gr_gid)
    (tmp_path / "port").chmod(mode)
    assert ports.may_use(tmp_path / "port", "nobody") is may


def test_root_may_use_everything_and_a_user_that_does_not_exist_nothing(tmp_path: Path) -> None:
    (tmp_path / "port").touch(0o000)
    assert ports.may_use(tmp_path / "port", "root")
    assert not ports.may_use(tmp_path / "port", "no-such-user")


def test_root_asks_for_the_user_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    account = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: {"street-gateway": account}[name])
    assert ports.service_user() == "nobody"
    monkeypatch.setattr(pwd, "getpwnam", lambda name: {}[name])
    assert ports.service_user() == "root"
    monkeypatch.setattr(os, "geteuid", lambda: account.pw_uid)
    assert ports.service_user() == "nobody"
