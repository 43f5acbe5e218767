import pytest

from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.scan.target import ScanTarget, line_of, target_of, target_of_line, units_of

DEVICES = [DeviceSettings(id="d", profile="p")]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/dev/ttyUSB0", ScanTarget("/dev/ttyUSB0", "", 0)),
        ("usb:A10X", ScanTarget("usb:A10X", "", 0)),
        ("192.0.2.10", ScanTarget(None, "192.0.2.10", 502)),
        ("bridge.local:1502", ScanTarget(None, "bridge.local", 1502)),
        ("[2001:db8::1]:1502", ScanTarget(None, "2001:db8::1", 1502)),
        ("2001:db8::1", ScanTarget(None, "2001:db8::1", 502)),
    ],
)
def test_a_port_or_host_is_recognised(text: str, target: ScanTarget) -> None:
    assert target_of(text) == target
    assert target_of(target.text) == target


@pytest.mark.parametrize("text", ["", ":502", "host:0", "host:99999", "host:abc"])
def test_what_is_neither_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write a path \(/dev/ttyUSB0\), usb: and a serial number, or HOST\[:PORT\]"):
        target_of(text)


def test_the_line_of_the_site_file_is_found() -> None:
    serial = LineSettings(id="a", serial="/dev/ttyUSB0", devices=DEVICES)
    tcp = LineSettings(id="b", tcp="192.0.2.10:502", devices=DEVICES)
    assert line_of(target_of("/dev/ttyUSB0"), [tcp, serial]) is serial
    assert line_of(target_of("192.0.2.10"), [serial, tcp]) is tcp
    assert line_of(target_of("192.0.2.11"), [serial, tcp]) is None


def test_a_serial_device_server_has_a_port_and_a_line_of_its_own() -> None:
    server = LineSettings(id="a", rtu_over_tcp="192.0.2.10:4001", devices=DEVICES)
    tcp = LineSettings(id="b", tcp="192.0.2.10:4001", devices=DEVICES)
    target = target_of("192.0.2.10:4001", rtu=True)
    assert target == ScanTarget(None, "192.0.2.10", 4001, rtu=True)
    assert line_of(target, [tcp, server]) is server
    assert line_of(target_of("192.0.2.10:4001"), [server, tcp]) is tcp
    with pytest.raises(ValueError, match="write HOST:PORT"):
        target_of("192.0.2.10", rtu=True)
    with pytest.raises(ValueError, match="leave out --rtu-over-tcp"):
        target_of("/dev/ttyUSB0", rtu=True)


def test_the_target_of_a_line_finds_that_line() -> None:
    lines = [
        LineSettings(id="a", serial="/dev/ttyUSB0", devices=DEVICES),
        LineSettings(id="b", tcp="192.0.2.10:502", devices=DEVICES),
        LineSettings(id="c", rtu_over_tcp="192.0.2.10:4001", devices=DEVICES),
    ]
    assert [line_of(target_of_line(line), lines) for line in lines] == lines


def test_units_are_listed_as_ranges() -> None:
    assert units_of("1-3, 7,2") == [1, 2, 3, 7]
    assert units_of("254") == [254]


@pytest.mark.parametrize("text", ["", "0", "1-", "5-3", "256", "a", "-3"])
def test_invalid_units_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid units"):
        units_of(text)
