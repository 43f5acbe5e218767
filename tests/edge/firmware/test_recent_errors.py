"""What failed in the last minutes, from counters since the start."""

from gateway.edge.firmware.recent_errors import RecentErrors, RecentRequests
from gateway.fieldbus.line.counters import RequestCounts


def test_what_happened_before_the_oldest_sample_does_not_count() -> None:
    recent, counts = RecentErrors(), RequestCounts(sent=1000, timeouts=500)
    assert recent.of("d0", counts) == RecentRequests(1000, 500)
    recent.sample([("d0", counts)])
    counts.sent, counts.crc_errors = 1100, 3
    assert recent.of("d0", counts) == RecentRequests(100, 3)
    for _ in range(10):
        recent.sample([("d0", counts)])
    counts.sent = 1150
    assert recent.of("d0", counts) == RecentRequests(50, 0)


def test_a_device_whose_line_was_begun_anew_counts_from_there() -> None:
    recent = RecentErrors()
    recent.sample([("d0", RequestCounts(sent=1000))])
    assert recent.of("d0", RequestCounts(sent=10, timeouts=2)) == RecentRequests(10, 2)


def test_a_device_that_is_new_counts_from_its_start() -> None:
    recent = RecentErrors()
    recent.sample([])
    recent.sample([("d0", RequestCounts(sent=40, timeouts=1))])
    assert recent.of("d1", RequestCounts(sent=7)) == RecentRequests(7, 0)
    assert recent.of("d0", RequestCounts(sent=50, timeouts=1)) == RecentRequests(10, 0)
