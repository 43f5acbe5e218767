"""Means of an hour or a day."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.means import RunningMean

HOUR_MS = 3_600_000


def test_there_is_no_mean_before_three_quarters_of_its_time_have_values() -> None:
    mean = RunningMean(3600.0)
    found = [mean.add(t_ms, 10.0) for t_ms in range(0, HOUR_MS, 60_000)]
    assert found == [None] * 30 + [10.0] * 30


def test_a_part_with_many_values_counts_as_one_with_a_few() -> None:
    mean = RunningMean(3600.0)
    for t_ms in range(0, HOUR_MS // 2, 1000):
        mean.add(t_ms, 0.0)
    found = [mean.add(t_ms, 100.0) for t_ms in range(HOUR_MS // 2, HOUR_MS, 300_000)]
    assert found[-1] == 50.0


def test_a_sensor_that_is_read_every_quarter_of_an_hour_has_means() -> None:
    mean = RunningMean(3600.0)
    assert [mean.add(t_ms, 7.0) for t_ms in range(0, HOUR_MS, 900_000)] == [None, None, 7.0, 7.0]


def test_what_is_older_than_its_time_is_forgotten() -> None:
    mean = RunningMean(3600.0)
    for t_ms in range(0, HOUR_MS, 60_000):
        mean.add(t_ms, 1000.0)
    found = [mean.add(t_ms, 1.0) for t_ms in range(HOUR_MS, 2 * HOUR_MS, 60_000)]
    assert found[-1] == 1.0


def test_after_a_gap_there_is_no_mean() -> None:
    mean = RunningMean(3600.0)
    for t_ms in range(0, HOUR_MS, 60_000):
        mean.add(t_ms, 5.0)
    assert mean.add(10 * HOUR_MS, 5.0) is None


@given(st.lists(st.tuples(st.integers(0, 10**12), st.floats(-1e6, 1e6)), max_size=200))
def test_a_mean_lies_between_the_values(added: list[tuple[int, float]]) -> None:
    mean = RunningMean(60.0)
    for t_ms, value in added:
        found = mean.add(t_ms, value)
        if found is not None:
            assert min(one for _, one in added) - 1e-6 <= found <= max(one for _, one in added) + 1e-6
