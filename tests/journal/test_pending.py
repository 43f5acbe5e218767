"""Readings in memory: their order, their times, and which go first when there are too many."""

from gateway.journal.pending import PendingReadings, PendingRow
from gateway.model.reading import Reading


def row(stream: int, t_ms: int) -> PendingRow:
    return stream, t_ms, [t_ms], {}


def pending(telemetry: int, events: int) -> PendingReadings:
    made = PendingReadings()
    made.telemetry += [row(0, n) for n in range(telemetry)]
    made.events += [row(1, n) for n in range(events)]
    return made


def test_telemetry_over_the_limit_goes_before_events_and_the_oldest_first() -> None:
    made = pending(4, 3)
    assert len(made) == 7
    assert made.remove_excess(7) == []
    assert made.remove_excess(5) == [row(0, 0), row(0, 1)]
    assert made.remove_excess(2) == [row(0, 2), row(0, 3), row(1, 0)]
    assert (made.telemetry, made.events) == ([], [row(1, 1), row(1, 2)])


def test_all_times_move_with_the_clock_in_the_lists_that_a_flush_reads() -> None:
    made = pending(1, 1)
    telemetry = made.telemetry
    made.last_ms[0] = 5
    made.shift(100, 200)
    assert (telemetry, made.events, made.last_ms) == ([(0, 100, [0], {})], [(1, 100, [0], {})], {0: 105})


def test_the_next_time_of_a_stream_is_after_its_last() -> None:
    made = PendingReadings()
    assert [made.next_ms(3, t_ms) for t_ms in (10, 10, 5, 20)] == [10, 11, 12, 20]


def test_the_first_time_of_a_stream_is_after_the_newest_in_the_journal_unless_it_is_much_older() -> None:
    made = PendingReadings()
    made.floor_ms = 5000
    assert [made.next_ms(stream, t_ms) for stream, t_ms in ((1, 4000), (2, 5000), (3, 6000), (4, 3999))] == [5001, 5001, 6000, 3999]
    made.shift(-2000, 3000)
    assert [made.next_ms(stream, t_ms) for stream, t_ms in ((1, 3000), (5, 2500))] == [3002, 3001]


def test_readings_on_their_way_move_along_if_that_brings_them_nearer_to_the_present() -> None:
    made = PendingReadings()
    made.shift(-3_600_000, 5_000_000)
    readings = [Reading(0, t_ms, [], {}) for t_ms in (8_600_000, 5_000_100, 4_100_000)]
    assert [one.t_ms for one in made.moved_along(readings, 5_000_200)] == [5_000_000, 5_000_100, 4_100_000]
    assert made.moved_along(readings, 5_060_001) is readings
    assert made.moved_ms == 0
