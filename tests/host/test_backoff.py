"""Exponential backoff with jitter."""

from gateway.host.backoff import Backoff, jitter


def test_each_failure_doubles_the_wait_up_to_the_longest() -> None:
    backoff = Backoff(1.0, 10.0)
    for base_s in (1.0, 2.0, 4.0, 8.0, 10.0, 10.0):
        assert 0.75 * base_s <= backoff.failed() <= 1.25 * base_s


def test_a_success_starts_again_from_the_shortest_wait() -> None:
    backoff = Backoff(1.0, 10.0)
    assert not backoff.failing
    backoff.failed()
    backoff.failed()
    assert backoff.failing
    backoff.succeeded()
    assert not backoff.failing
    assert backoff.failed() <= 1.25


def test_jitter_differs_and_stays_within_a_quarter() -> None:
    factors = {jitter() for _ in range(100)}
    assert len(factors) > 50
    assert all(0.75 <= factor <= 1.25 for factor in factors)


def test_with_several_ways_the_wait_grows_only_after_all_of_them_failed() -> None:
    backoff = Backoff(1.0, 8.0, ways=3)
    for base_s in (1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 4.0, 4.0, 4.0, 8.0):
        assert 0.75 * base_s <= backoff.failed() <= 1.25 * base_s
    assert backoff.failing
    backoff.succeeded()
    assert not backoff.failing
    assert backoff.failed() <= 1.25
