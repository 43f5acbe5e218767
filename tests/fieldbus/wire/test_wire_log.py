"""What passes on a line becomes entries that people can read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.fieldbus.wire.wire_log import WireEntry, WireLog
from tests.journal.journals import Now


def test_pieces_of_a_response_are_one_entry_of_the_device_that_was_asked() -> None:
    now = Now(1000)
    log = WireLog(now, 0)
    log.sent(b"\x05\x03")
    now.ms = 1040
    log.received(b"\x05\x03\x02")
    now.ms = 1050
    log.received(b"\x00\x01")
    now.ms = 1100
    log.sent(b"\x07\x03")
    assert log.take() == [WireEntry(1000, True, 5, "05 03"), WireEntry(1040, False, 5, "05 03 02 00 01"), WireEntry(1100, True, 7, "07 03")]
    assert log.take() == []


def test_a_response_that_may_still_be_arriving_is_taken_later() -> None:
    now = Now(1000)
    log = WireLog(now, 0)
    log.sent(b"\x05")
    log.received(b"\x05")
    assert [one.sent for one in log.take()] == [True]
    now.ms = 1020
    log.received(b"\x06")
    now.ms = 1051
    assert log.take() == [WireEntry(1000, False, 5, "05 06")]


def test_with_modbus_tcp_each_frame_names_its_device_and_without_modbus_none_does() -> None:
    frame = bytes.fromhex("00 01 00 00 00 03 09 03 00")
    log = WireLog(Now(), 6)
    log.received(frame)
    log.sent(bytes.fromhex("00 02 00 00 00 03 0a 03 00"))
    assert [one.unit for one in log.take()] == [9, 10]
    text = WireLog(Now(), None)
    text.sent(b"0R0\r")
    assert text.take() == [WireEntry(Now().ms, True, None, "30 52 30 0d")]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100), st.integers(1, 900)), max_size=1500))
def test_however_much_passes_memory_is_bounded_and_nothing_is_lost_unsaid(pieces: list[tuple[bool, int, int]]) -> None:
    now = Now(0)
    log = WireLog(now, 0)
    for sent, passed_ms, size in pieces:
        now.ms += passed_ms
        (log.sent if sent else log.received)(bytes(size))
    now.ms += 1000
    taken = log.take()
    assert len(taken) <= 500
    assert log.dropped == 0 or len(taken) == 500
    assert all(len(one.hex) <= 3 * 512 + 2 for one in taken)
