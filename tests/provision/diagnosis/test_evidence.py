"""What the bytes after a request say."""

from gateway.fieldbus.line.counters import RequestCounts
from gateway.fieldbus.modbus.pdu import read_request
from gateway.provision.diagnosis.evidence import Exchange, LineEvidence, Tally, counted, tally
from gateway.simulate.devices.bus import crc

REQUEST = read_request(3, 4, 0, 2)
SENT = bytes.fromhex("030400000002") + crc(bytes.fromhex("030400000002"))
REPLY = bytes.fromhex("03040443660000") + crc(bytes.fromhex("03040443660000"))


def test_a_response_is_found_whatever_surrounds_it() -> None:
    one = Exchange(REQUEST, b"\xff" + REPLY + b"\xfe")
    assert one.answered
    assert one.remainder == b"\xfe"
    assert not Exchange(REQUEST, REPLY[:-1]).answered


def test_an_echo_is_no_remainder() -> None:
    one = Exchange(REQUEST, SENT)
    assert one.is_echoed
    assert not one.answered
    assert one.remainder == b""


def test_exchanges_are_counted_by_how_they_ended() -> None:
    damaged = REPLY[:5] + b"\x07" + REPLY[6:]
    found = tally([Exchange(REQUEST, one) for one in (REPLY, b"", damaged, REPLY + REPLY, b"\xff")])
    assert found == Tally(sent=5, answered=2, garbled=2, excessive=1)
    assert found.silent == 1
    assert found.failed_share == 1 - 2 / 5


def test_what_follows_every_request_counts_as_nothing() -> None:
    found = tally([Exchange(REQUEST, one) for one in (REPLY + b"\xff", b"\xff", b"")], tail_bytes=1)
    assert found == Tally(sent=3, answered=1)


def test_two_tallies_add_up() -> None:
    assert Tally(2, 1, 1) + Tally(3, 3) == Tally(5, 4, 1)


def test_frames_of_others_are_found_in_what_was_heard() -> None:
    seen = LineEvidence("line", [], heard=b"\x00" + SENT + REPLY, unanswered=[Exchange(REQUEST, b"\xff")])
    assert seen.others == [SENT, REPLY]
    assert seen.tails == [b"\xff"]


def test_the_counters_of_a_running_gateway_are_evidence_too() -> None:
    found = counted("meter", 3, RequestCounts(sent=10, answered=7, timeouts=1, crc_errors=2))
    assert found.all == Tally(sent=10, answered=7, garbled=2)
