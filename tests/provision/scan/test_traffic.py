import pytest

from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.provision.scan.traffic import is_master, messages_in, obstacle, senders
from gateway.simulate.devices.bus import crc
from tests.profiles.instruments import Pms5003
from tests.provision.products import LIBRARY, PROFILES

SLOW = SerialSettings(9600, 8, "N", 1)


def frame(text: str) -> bytes:
    body = bytes.fromhex(text)
    return body + crc(body)


def test_requests_and_responses_are_a_masters() -> None:
    assert is_master(frame("010300000002"))
    assert is_master(b"\x00\xff" + frame("010300000001") + b"\x00" + frame("0103020005"))


def test_one_frame_in_much_noise_may_be_chance() -> None:
    assert not is_master(bytes(range(100)) + frame("018302"))


@pytest.mark.parametrize("data", [b"\x00" * 30, b"\xff\x00" * 20, b"\x7e\x81\x3c" * 9, bytes(range(255, 0, -3)), b"T=21.5,H=40\r\n"])
def test_noise_and_text_are_no_master(data: bytes) -> None:
    assert not is_master(data)


def test_messages_are_recognised_wherever_they_begin() -> None:
    sent = Pms5003(1).answer(b"") or b""
    assert messages_in(b"\x00\x42" + sent + sent, LIBRARY.get("plantower_pms5003")) == 2
    assert [one.profile.profile for one in senders(sent, PROFILES, SLOW)] == ["plantower_pms5003"]


def test_messages_at_other_settings_are_not_a_products() -> None:
    assert senders(Pms5003(1).answer(b"") or b"", PROFILES, SLOW._replace(baud=19200)) == []


@pytest.mark.parametrize(("data", "kind"), [(frame("070300000002"), "master"), (b"\x00\xff\x12\x34", "unknown")])
def test_an_obstacle_says_who_sends_and_how_to_scan_nevertheless(data: bytes, kind: str) -> None:
    found = obstacle(data, SLOW)
    assert (found.kind, found.settings) == (kind, "9600 8N1")
    assert "--anyway" in found.sentence.en
    assert "--anyway" in found.sentence.it


@pytest.mark.parametrize("data", [b"C", b"CCCC", b"\x15\x15"])
def test_a_receiver_that_waits_for_firmware_is_named(data: bytes) -> None:
    said = obstacle(data, None)
    assert said.kind == "unknown"
    assert "waits in its bootloader" in said.sentence.en
    assert "attende nel bootloader" in said.sentence.it
