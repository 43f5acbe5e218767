"""What is wrong with a wire is said in Italian, too."""

import errno
import os

import pytest

from gateway.fieldbus.wire.port import WireError
from tests.config.test_italian import GATEWAY, templates

SOURCES = ("fieldbus/wire/serial_port.py", "fieldbus/wire/tcp_socket.py", "fieldbus/line/lending.py", "fieldbus/modbus/quiet_line.py",
           "fieldbus/modbus/tcp_client.py", "provision/scan/line_access.py")  # fmt: skip

OTHERS = ("serial port %s", "%s can't be set", "Callable[", ": X", "it refuses X", "no adapter with serial number X")
"""Log messages, types, and parts of sentences, which the phrases have as a whole."""


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_of_a_wire_error_has_its_translation(source: str) -> None:
    said = [one for one in templates(GATEWAY / source) if " " in one.strip() and not one.startswith(OTHERS)]
    assert [one for one in said if WireError(one).italian == one] == []


def test_why_the_machine_refuses_a_port_is_said_too() -> None:
    error = WireError(f"serial port /dev/ttyUSB0 can't be opened: {os.strerror(errno.ENOENT)}")
    assert error.italian == "la porta seriale /dev/ttyUSB0 non si può aprire: non esiste"
    refused = WireError(f"192.0.2.10:502 can't be reached: {os.strerror(errno.ECONNREFUSED)}")
    assert refused.italian == "192.0.2.10:502 non è raggiungibile: collegamento rifiutato"
    settings = "serial port /dev/ttyS0 can't be opened: it refuses 250000 baud, 8N1; check 'baud', 'parity', 'data_bits' and 'stop_bits'"
    assert WireError(settings).italian.startswith("la porta seriale /dev/ttyS0 non si può aprire: rifiuta 250000 baud, 8N1; controlla")
    missing = "serial port usb:A10X can't be opened: no adapter with serial number A10X is plugged in (found: none)"
    assert "non è collegato un adattatore con numero di serie A10X" in WireError(missing).italian


def test_what_is_not_in_the_book_stays_english() -> None:
    assert WireError("[Errno 71] Protocol error").italian == "[Errno 71] Protocol error"
