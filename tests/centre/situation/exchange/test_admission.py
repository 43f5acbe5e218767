"""How much each organisation may request."""

from gateway.centre.situation.exchange.admission import AT_ONCE_S, MOST_WAITING, MOST_WAITING_BYTES, Admitted, RequestQueue

A_SECOND = 30.0


def queue() -> RequestQueue[int]:
    return RequestQueue(["a", "b", "c"], A_SECOND)


def served(waiting: RequestQueue[int]) -> list[tuple[str, int]]:
    found = []
    while (one := waiting.next()) is not None:
        found.append(one)
    return found


def test_organisations_are_served_in_turn() -> None:
    waiting = queue()
    for number in range(4):
        waiting.admit("a", number, 100, 0.0)
    waiting.admit("b", 7, 100, 0.0)
    waiting.admit("c", 8, 100, 0.0)
    assert served(waiting) == [("a", 0), ("b", 7), ("c", 8), ("a", 1), ("a", 2), ("a", 3)]
    assert len(waiting) == 0


def test_who_sends_more_than_may_wait_is_refused_once_and_then_dropped_and_others_are_not() -> None:
    waiting = queue()
    outcomes = [waiting.admit("a", number, 100, 0.0) for number in range(MOST_WAITING + 3)]
    assert outcomes[MOST_WAITING:] == [Admitted.REFUSED, Admitted.DROPPED, Admitted.DROPPED]
    assert set(outcomes[:MOST_WAITING]) == {Admitted.WAITS}
    assert waiting.admit("b", 0, 100, 0.0) is Admitted.WAITS
    assert waiting.admit("a", 0, 100, 1.0) is Admitted.REFUSED, "a second later, it is told again"


def test_nobody_requests_faster_than_so_many_a_second_for_long() -> None:
    waiting, done = queue(), 0
    for tick in range(10_000):
        if waiting.admit("a", tick, 100, tick / 100) is Admitted.WAITS:
            done += 1
            served(waiting)
    assert A_SECOND * (AT_ONCE_S + 99) <= done <= A_SECOND * (AT_ONCE_S + 101)


def test_what_is_forgotten_is_not_served() -> None:
    waiting = queue()
    waiting.admit("a", 1, 100, 0.0)
    waiting.clear()
    assert served(waiting) == []
    waiting.admit("a", 2, 100, 0.0)
    assert served(waiting) == [("a", 2)]


def test_what_waits_is_bounded_in_bytes() -> None:
    waiting = queue()
    assert waiting.admit("a", 1, MOST_WAITING_BYTES - 10, 0.0) is Admitted.WAITS
    assert waiting.admit("a", 2, 11, 0.0) is Admitted.REFUSED
    assert waiting.admit("b", 3, 11, 0.0) is Admitted.WAITS
    served(waiting)
    assert waiting.admit("a", 4, 11, 1.0) is Admitted.WAITS


def test_a_request_that_is_refused_for_its_size_is_answered_once_a_second() -> None:
    waiting = queue()
    assert [waiting.may_refuse("a", now_s) for now_s in (0.0, 0.5, 1.5, 1.6)] == [True, False, True, False]
