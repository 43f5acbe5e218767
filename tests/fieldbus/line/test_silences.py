"""Silent devices: when they are probed, and the share of the line that they may take. Time is a number here."""

from gateway.fieldbus.line.silences import FIRST_PROBE_S, LAST_PROBE_S, Silences


def silences(devices: int = 2, share: float = 0.1) -> Silences:
    return Silences(devices, 0.0, probe_s=0.5, share=share, jitter=lambda: 1.0)


def test_one_missing_response_is_a_lost_frame_and_two_are_silence() -> None:
    one = silences()
    one.no_response(0, 0.5, 1.0)
    assert one.any
    assert not one.health[0].silent
    assert not one.spared(one.health[0], 1.0)
    one.no_response(0, 0.5, 2.0)
    assert one.health[0].silent
    assert one.spared(one.health[0], 1000.0)
    assert not one.spared(one.health[1], 2.0)


def test_probes_are_ever_rarer_up_to_a_limit_and_a_response_ends_the_silence() -> None:
    one, pauses = silences(), []
    for _ in range(10):
        one.no_response(0, 0.5, 100.0)
        pauses.append(one.health[0].probe_at_s - 100.0)
    assert pauses[1:4] == [FIRST_PROBE_S, 2 * FIRST_PROBE_S, 4 * FIRST_PROBE_S]
    assert pauses[-1] == LAST_PROBE_S
    one.no_response(1, 0.5, 100.0)
    assert one.responded(0)
    assert one.any, "the other one has not responded yet"
    assert not one.responded(1), "that was a lost frame only"
    assert not one.any


def test_time_beyond_the_share_is_paid_off_as_time_passes() -> None:
    one = silences()
    one.no_response(0, 2.0, 10.0)
    assert one.debt_s(10.0) == 2.0
    assert one.debt_s(20.0) == 1.0
    assert one.debt_s(40.0) == 0.0
    assert one.paid_off_at_s() == 30.0
    assert one.within_burst_at_s() == 15.0
    assert one.spared(one.health[0], 14.0), "a lost frame too is not retried while silences have cost too much"
    assert not one.spared(one.health[0], 16.0)
