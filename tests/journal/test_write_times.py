"""How long writes take."""

from gateway.journal.write_times import REMEMBERED_S, SLOW_S, WriteTimes


def test_all_writes_are_counted_and_the_slow_ones_remembered_for_an_hour() -> None:
    times = WriteTimes()
    assert times.slowest_s(0.0) is None
    for at_s, took_s in ((0.0, 0.02), (10.0, 2.5), (20.0, SLOW_S), (100.0, 1.2)):
        times.add(at_s, took_s)
    assert (times.count, times.slow, round(times.total_s, 2)) == (4, 2, 4.72)
    assert times.slowest_s(100.0) == 2.5
    assert times.slowest_s(10.0 + REMEMBERED_S) == 1.2
    assert times.slowest_s(100.0 + REMEMBERED_S) is None


def test_an_hour_of_nothing_but_slow_writes_is_bounded() -> None:
    times = WriteTimes()
    for number in range(20_000):
        times.add(number * 1.1, 1.1)
    assert len(times._slow) == REMEMBERED_S / SLOW_S
    assert times.slow == 20_000
