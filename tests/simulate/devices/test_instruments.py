"""The simulated instruments: frames, faults, and the record of what they sent. tests/fieldbus/dialects reads all of them."""

import asyncio
import struct
from collections.abc import Callable

import pytest

from gateway.simulate.devices.instruments import INSTRUMENTS, Agd315, Instrument, Ld2410, Pms5003, Sds011, Sps30, Ss125, Ws600, Wxt536
from gateway.simulate.devices.pty import Pty


class Wire(Pty):
    """A line that records what is sent instead of sending it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def send(self, data: bytes) -> None:
        self.sent.append(data)


def ask(instrument: Instrument, query: bytes) -> bytes:
    """Return the answer to a query that arrives in two parts."""
    instrument._buffer += query[:1]
    first = instrument.answer()
    instrument._buffer += query[1:]
    return first or instrument.answer() or b""


def test_every_profile_with_an_instrument_has_its_own() -> None:
    assert len({type(make(Wire())) for make in INSTRUMENTS.values()}) == len(INSTRUMENTS) == 8


async def test_a_message_is_sent_and_a_silent_instrument_sends_nothing() -> None:
    wire = Wire()
    instrument = Pms5003(wire)
    await instrument.send(b"hello")
    await instrument.send(b"")
    instrument.silent = True
    await instrument.send(b"nobody")
    assert wire.sent == [b"hello"]


async def test_a_corrupted_message_has_one_wrong_byte_and_is_not_among_the_reported() -> None:
    wire = Wire()
    instrument = Pms5003(wire)
    instrument.corrupted = 1.0
    message = instrument.message()
    await instrument.send(message)
    assert sum(one != other for one, other in zip(message, wire.sent[0], strict=True)) == 1
    assert instrument.reported == []


def test_a_particle_sensor_s_frame_ends_with_its_sum() -> None:
    instrument = Pms5003(Wire())
    frame = instrument.message()
    assert frame[:4] == b"\x42\x4d\x00\x1c"
    assert struct.unpack(">H", frame[-2:])[0] == sum(frame[:-2])
    assert struct.unpack(">12H", frame[4:28]) == tuple(instrument.reported[0].values())


def test_a_dust_sensor_answers_its_query() -> None:
    instrument = Sds011(Wire())
    query = b"\xaa\xb4\x04" + bytes(10) + b"\xff\xff"
    answer = ask(instrument, query + bytes((sum(query[2:]) % 256, 0xAB)) + b"\x00" * 2)
    assert (answer[:2], answer[-1], len(answer)) == (b"\xaa\xc0", 0xAB, 10)
    assert answer[8] == sum(answer[2:8]) % 256


def test_a_sensor_that_was_not_started_refuses_to_be_read() -> None:
    instrument = Sps30(Wire())
    read, start = b"\x7e\x00\x03\x00\xfc\x7e", b"\x7e\x00\x00\x02\x01\x03\xf9\x7e"
    assert ask(instrument, read)[3:4] == b"\x43"
    assert ask(instrument, start)[1:4] == b"\x00\x00\x00"
    assert ask(instrument, read)[1:4] == b"\x00\x03\x00"
    assert len(instrument.reported) == 1


def test_a_presence_radar_reports_its_state_and_distance() -> None:
    instrument = Ld2410(Wire())
    frame = instrument.message()
    assert (frame[:4], frame[-4:]) == (b"\xf4\xf3\xf2\xf1", b"\xf8\xf7\xf6\xf5")
    assert struct.unpack("<H", frame[4:6])[0] == len(frame) - 10


def test_a_weather_transmitter_answers_its_composite_query_alone() -> None:
    instrument = Wxt536(Wire())
    assert ask(instrument, b"0r1\r\n") == b""
    instrument._buffer = b""
    assert ask(instrument, b"0r0\r\n").startswith(b"0r0,Dm=")


def test_a_weather_station_answers_known_channels_with_values_and_others_with_a_status() -> None:
    instrument = Ws600(Wire())
    query = b"\x01\x10\x01\x70\x01\xf0\x07\x02\x2f\x10\x02" + struct.pack("<HH", 100, 110) + b"\x03\x00\x00\x04"
    answer = ask(instrument, query)
    assert answer[12:14] == b"\x08\x00"
    assert answer[21:25] == struct.pack("<BBH", 3, 40, 110)
    assert list(instrument.reported[0]) == ["air_temperature"]


def test_a_traffic_radar_answers_with_a_packet_for_each_lane() -> None:
    instrument = Ss125(Wire())
    answer = ask(instrument, bytes.fromhex("5A 31 00 00 01 00 00 00 00 06 44 71 00 00 00 00 00 F0"))
    assert answer.count(b"\x5a\x31") == 2
    assert [values["lane"] for values in instrument.reported] == [1, 2]


def test_a_radar_reports_in_the_unit_that_is_set_and_records_that_alone() -> None:
    instrument = Agd315(Wire())
    instrument.message()
    assert instrument.reported == []
    ask(instrument, b"UNITS KPH\r")
    line = instrument.message().decode()
    assert line.split(",")[-2] == str(instrument.reported[0]["average_speed"])


@pytest.mark.parametrize("make", [make for name, make in INSTRUMENTS.items() if name in ("plantower_pms5003", "hilink_ld2410", "agd_315")])
async def test_an_instrument_with_a_period_sends_unasked(make: Callable[[Pty], Instrument], monkeypatch: pytest.MonkeyPatch) -> None:
    pty = Pty(256000)
    instrument = make(pty)
    sent = asyncio.Event()

    async def send(_message: bytes) -> None:
        sent.set()

    monkeypatch.setattr(instrument, "send", send)
    running = asyncio.create_task(instrument.run())
    await asyncio.wait_for(sent.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    pty.close()
