from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from gateway.provision.scan.ports import is_port, real_port, serial_ports


def test_ports_are_listed_with_the_path_of_their_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [tmp_path / "ttyUSB1", tmp_path / "ttyUSB0"]
    for device in devices:
        device.write_text("")
    links = tmp_path / "by-path"
    links.mkdir()
    (links / "pci-0-usb-0:1.2:1.0-port0").symlink_to("../ttyUSB1")
    monkeypatch.setattr(list_ports, "comports", lambda: [ListPortInfo(str(device)) for device in devices])
    first, second = serial_ports(links)
    assert (first.path, first.stable) == (str(devices[1]), None)
    assert (second.path, second.stable) == (str(devices[0]), str(links / "pci-0-usb-0:1.2:1.0-port0"))
    assert serial_ports(tmp_path / "none")[1].stable is None


def test_only_terminals_are_ports(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/watchdog")
    names = ["/dev/ttyUSB0", "/dev/pts/3", "usb:A10X", "/dev/watchdog", "/dev/pts/../sda", str(tmp_path / "link"), "/etc/passwd"]
    assert [is_port(name) for name in names] == [True, True, True, False, False, False, False]


def test_names_of_one_port_lead_to_one_device_file(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").write_text("")
    (tmp_path / "link").symlink_to("ttyUSB0")
    assert real_port(str(tmp_path / "link")) == str(tmp_path / "ttyUSB0")
    assert real_port("usb:no-such-adapter") == "usb:no-such-adapter"
