"""Guesses are slowed down, for each source and for all together."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.attempts import Attempts, source_of


def test_three_mistakes_cost_nothing_and_each_further_one_doubles_the_wait() -> None:
    attempts, now_s, waits = Attempts(), 0.0, list[float]()
    for _ in range(9):
        wait_s = attempts.begin("10.0.0.5", now_s)
        waits.append(wait_s)
        now_s += wait_s
        if wait_s:
            assert attempts.begin("10.0.0.5", now_s) == 0
    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == [2, 4, 8, 16, 32, 64]


def test_no_source_waits_longer_than_five_minutes_and_after_an_hour_it_starts_anew() -> None:
    attempts, now_s, longest_s = Attempts(), 0.0, 0.0
    for _ in range(40):
        wait_s = attempts.begin("10.0.0.5", now_s)
        longest_s = max(longest_s, wait_s)
        now_s += wait_s
    assert longest_s == 300
    now_s += 3601
    assert [attempts.begin("10.0.0.5", now_s) for _ in range(3)] == [0, 0, 0]


def test_a_right_code_starts_anew() -> None:
    attempts = Attempts()
    for _ in range(3):
        attempts.begin("10.0.0.5", 0)
    attempts.succeeded("10.0.0.5")
    assert attempts.begin("10.0.0.5", 0) == 0


def test_one_sources_wait_does_not_delay_another() -> None:
    attempts = Attempts()
    for _ in range(4):
        attempts.begin("10.0.0.5", 0)
    assert attempts.begin("10.0.0.5", 0) > 0
    assert attempts.begin("10.0.0.6", 0) == 0


@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 2)), min_size=1, max_size=300))
def test_all_sources_together_have_twenty_guesses_and_one_each_three_seconds(tries: list[tuple[int, float]]) -> None:
    attempts, now_s, guesses = Attempts(), 0.0, 0
    for source, passed_s in tries:
        now_s += passed_s
        guesses += attempts.begin(f"10.0.{source >> 8}.{source & 255}", now_s) == 0
        assert guesses <= 20 + now_s / 3 + 1e-6


def test_memory_is_bounded() -> None:
    attempts = Attempts()
    for number in range(2000):
        attempts.begin(f"host {number}", 3.0 * number)
    assert len(attempts._by_source) == 1000


def test_a_network_of_ipv6_is_one_source_and_a_mapped_address_is_that_of_ipv4() -> None:
    assert source_of("2001:db8::1") == source_of("2001:db8::ffff:1") != source_of("2001:db8:0:1::1")
    assert source_of("::ffff:10.0.0.5") == source_of("10.0.0.5") == "10.0.0.5"
    assert source_of("fe80::1%wlan0") == source_of("fe80::2%eth0")
    assert source_of("") == ""
