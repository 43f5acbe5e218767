"""Each cause is named first from its own traces, and not from those of its neighbours."""

import pytest

from gateway.fieldbus.line.counters import RequestCounts
from gateway.fieldbus.modbus.pdu import read_request
from gateway.provision.diagnosis.advice import advise
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.evidence import DeviceEvidence, Elsewhere, Exchange, LineEvidence, Tally, counted
from gateway.simulate.devices.bus import crc

NOBODY = read_request(247, 3, 0, 1)
FINE = DeviceEvidence("fine", 1, Tally(9, 9), Tally(14, 14))
SILENT = DeviceEvidence("silent", 2, Tally(3), searched=True)


def first(seen: LineEvidence) -> tuple[str, str] | None:
    found = advise(seen)
    return (found[0].kind.value, found[0].certainty) if found else None


def after(*tails: bytes) -> list[Exchange]:
    return [Exchange(NOBODY, one) for one in tails]


def test_nothing_is_said_of_a_line_on_which_all_respond() -> None:
    assert advise(LineEvidence("line", [FINE], unanswered=after(b"", b""))) == []


def test_frames_that_were_heard_are_another_masters() -> None:
    frame = bytes.fromhex("280400000002")
    heard = 2 * (frame + crc(frame))
    assert first(LineEvidence("line", [], heard=heard)) == ("second_master", "certain")
    assert first(LineEvidence("line", [FINE], foreign=3)) == ("second_master", "likely")
    assert first(LineEvidence("line", [FINE._replace(short=Tally(900, 900))], foreign=3)) is None


def test_a_break_after_each_request_means_swapped_wires_only_if_nobody_responds() -> None:
    tails = after(b"\0", b"\0", b"\0", b"\0")
    assert first(LineEvidence("line", [SILENT], unanswered=tails)) == ("swapped_wires", "likely")
    assert first(LineEvidence("line", [FINE, SILENT], unanswered=tails)) == ("reflections", "likely")


def test_other_bytes_after_each_request_mean_reflections() -> None:
    assert first(LineEvidence("line", [SILENT], unanswered=after(b"\xff", b"\xfe", b"", b"\xfc"))) == ("reflections", "likely")


def test_one_stray_byte_is_no_reflection() -> None:
    assert first(LineEvidence("line", [FINE], unanswered=after(b"\xff", b"", b"", b""))) is None


def test_the_request_itself_that_comes_back_is_an_echo_unless_it_is_expected() -> None:
    frame = bytes((247, 3, 0, 0, 0, 1))
    tails = after(*2 * [frame + crc(frame)])
    assert first(LineEvidence("line", [FINE], unanswered=tails)) == ("echo", "certain")
    assert first(LineEvidence("line", [FINE], unanswered=tails, echo=True)) is None


def test_bytes_without_frames_that_were_heard_are_noise() -> None:
    assert first(LineEvidence("line", [FINE], heard=b"\xfe\x81\x00\xf0")) == ("noise", "likely")


def test_long_responses_that_fail_far_more_often_mean_a_bus_that_is_too_long() -> None:
    far = DeviceEvidence("far", 2, Tally(9, 8, 1), Tally(14, 6, 8))
    assert first(LineEvidence("line", [FINE, far], unanswered=after(b"", b""))) == ("bus_too_long", "likely")


def test_a_line_that_loses_responses_now_and_then_is_doubtful() -> None:
    lossy = DeviceEvidence("lossy", 2, Tally(9, 8), Tally(14, 12))
    found = advise(LineEvidence("line", [FINE, lossy], unanswered=after(b"", b"")))
    assert [(one.kind.value, one.certainty) for one in found] == [("bus_too_long", "possible")]
    assert [one.kind.value for one in advise(LineEvidence("line", [FINE, lossy]))] == ["noise", "reflections", "bus_too_long"]
    assert advise(LineEvidence("line", [FINE, lossy._replace(long=Tally(14, 13))])) == []


def test_responses_longer_than_they_can_be_mean_two_devices_at_one_address() -> None:
    twins = DeviceEvidence("twins", 7, Tally(9, 4, 5, excessive=6), Tally(14, 0, 14, excessive=9))
    assert first(LineEvidence("line", [FINE, twins], unanswered=after(b"", b""))) == ("duplicate_unit", "likely")


def test_damage_at_one_address_alone_suggests_two_devices_there() -> None:
    twins = DeviceEvidence("twins", 7, Tally(9, 0, 9), Tally(14, 0, 14))
    assert first(LineEvidence("line", [FINE, twins], unanswered=after(b"", b""))) == ("duplicate_unit", "possible")


@pytest.mark.parametrize(
    ("elsewhere", "kind"),
    [
        (Elsewhere("9600 8O1", parity_only=True), "wrong_parity"),
        (Elsewhere("19200 8N1"), "wrong_baud"),
        (Elsewhere(unit=9, product="eastron_sdm630"), "other_address"),
    ],
)
def test_where_a_silent_device_was_found_says_what_is_wrong(elsewhere: Elsewhere, kind: str) -> None:
    assert first(LineEvidence("line", [FINE, SILENT._replace(elsewhere=elsewhere)], unanswered=after(b""))) == (kind, "certain")


def test_a_device_that_was_found_nowhere_has_no_power() -> None:
    found = advise(LineEvidence("line", [FINE, SILENT], unanswered=after(b"")))
    assert [(one.kind, one.where) for one in found] == [(CauseKind.NO_POWER, "silent"), (CauseKind.SWAPPED_WIRES, "silent")]
    assert any("other devices" in reason.en for reason in found[0].reasons)


def test_counters_alone_name_what_they_can_not_tell_apart_as_possible() -> None:
    silent = counted("silent", 2, RequestCounts(sent=50, timeouts=50))
    assert [one.certainty for one in advise(LineEvidence("line", [silent]))] == ["possible"] * 5
    damaged = [counted(name, unit, RequestCounts(sent=50, answered=30, crc_errors=20)) for unit, name in enumerate("ab", 1)]
    assert {one.kind for one in advise(LineEvidence("line", damaged))} == {CauseKind.NOISE, CauseKind.REFLECTIONS, CauseKind.BUS_TOO_LONG}
