"""How much each organisation may request."""

from gateway.centre.situation.exchange.admission import MOST_WAITING, REQUESTS_A_SECOND, REQUESTS_AT_ONCE, Admitted, RequestQueue


def queue() -> RequestQueue[int]:
    return RequestQueue(["a", "b", "c"])


def served(waiting: RequestQueue[int]) -> list[tuple[str, int]]:
    found = []
    while (one := waiting.next()) is not None:
        found.append(one)
    return found


def test_organisations_are_served_in_turn() -> None:
    waiting = queue()
    for number in range(4):
        waiting.admit("a", number, 0.0)
    waiting.admit("b", 7, 0.0)
    waiting.admit("c", 8, 0.0)
    assert served(waiting) == [("a", 0), ("b", 7), ("c", 8), ("a", 1), ("a", 2), ("a", 3)]
    assert len(waiting) == 0


def test_who_sends_more_than_may_wait_is_refused_once_and_then_dropped_and_others_are_not() -> None:
    waiting = queue()
    outcomes = [waiting.admit("a", number, 0.0) for number in range(MOST_WAITING + 3)]
    assert outcomes[MOST_WAITING:] == [Admitted.REFUSED, Admitted.DROPPED, Admitted.DROPPED]
    assert set(outcomes[:MOST_WAITING]) == {Admitted.WAITS}
    assert waiting.admit("b", 0, 0.0) is Admitted.WAITS
    assert waiting.admit("a", 0, 1.0) is Admitted.REFUSED, "a second later, it is told again"


def test_nobody_requests_faster_than_so_many_a_second_for_long() -> None:
    waiting, done = queue(), 0
    for tick in range(10_000):
        if waiting.admit("a", tick, tick / 100) is Admitted.WAITS:
            done += 1
            served(waiting)
    assert REQUESTS_AT_ONCE + REQUESTS_A_SECOND * 99 <= done <= REQUESTS_AT_ONCE + REQUESTS_A_SECOND * 101


def test_what_is_forgotten_is_not_served() -> None:
    waiting = queue()
    waiting.admit("a", 1, 0.0)
    waiting.clear()
    assert served(waiting) == []
    waiting.admit("a", 2, 0.0)
    assert served(waiting) == [("a", 2)]
