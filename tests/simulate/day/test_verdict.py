"""The verdict on a day: every fault is found, each by itself."""

from gateway.simulate.day.acts import END, DayStep, comment, event, publish
from gateway.simulate.day.records import DayReply, PlayedStep, ReceivedChange
from gateway.simulate.day.verdict import DayChange, judge

PUBLIC = event("outage", "Guasto", "Outage", ("2026-12-01", None))
SECRET = event("damage", "Fuga", "Leak", ("2026-12-01", None), to=("cap",))
STEPS = [
    DayStep(0, "estra", "guasto", publish(PUBLIC, None)),
    DayStep(1, "estra", "guasto", comment("arriviamo")),
    DayStep(2, "estra", "guasto", END),
    DayStep(3, "consiag", "fuga", publish(SECRET, None)),
]
PLAYED = [PlayedStep(step, f"r-{number}", DayReply(done=True)) for number, step in enumerate(STEPS, 1)]
HISTORY = [
    DayChange(1, "guasto", 1, "estra", "r-1"),
    DayChange(2, "guasto", 1, "estra", "r-2"),
    DayChange(3, "guasto", 2, "estra", "r-3"),
    DayChange(4, "fuga", 1, "consiag", "r-4"),
]
BEGUN = ReceivedChange("public", "guasto", 1, 1, "active")
ENDED = ReceivedChange("public", "guasto", 3, 2, "ended")
OWN = [ReceivedChange("own", "guasto", number, version, "active") for number, version in ((1, 1), (2, 1), (3, 2))]
LEAK = ReceivedChange("own", "fuga", 4, 1, "active")
LAST = ReceivedChange("stream", "guasto", 3, 2, "ended")
RECEIVED = {
    **{name: [BEGUN, ENDED] for name in ("citelum", "alia", "publiacqua", "interporto", "edilizia-pubblica")},
    **{name: [LAST] for name in ("comune", "toscana-energia", "gida")},
    "estra": [BEGUN, *OWN, ENDED],
    "consiag": [BEGUN, ENDED, LEAK],
    "cap": [LAST, ReceivedChange("stream", "fuga", 4, 1, "active")],
}


def faults(**received: list[ReceivedChange]) -> tuple[int, int, int, int]:
    found = judge(STEPS, PLAYED, HISTORY, RECEIVED | received)
    assert found.good == (not any(found[4:9]))
    return found.lost, found.doubled, found.disordered, found.foreign


def test_a_day_on_which_everything_arrives_once_and_in_order_is_good() -> None:
    found = judge(STEPS, PLAYED, HISTORY, RECEIVED)
    assert found.good, found
    assert (found.published, found.requests, found.changes, found.received["estra"], found.notes) == (2, 4, 4, 5, [])


def test_what_did_not_arrive_is_lost() -> None:
    assert faults(alia=[BEGUN]) == (1, 0, 0, 0)
    assert faults(estra=[BEGUN, ENDED, OWN[0], OWN[2]]) == (1, 0, 0, 0)
    assert faults(comune=[]) == (1, 0, 0, 0)


def test_what_came_twice_is_doubled() -> None:
    assert faults(alia=[BEGUN, BEGUN, ENDED]) == (0, 1, 0, 0)


def test_what_came_after_something_newer_is_out_of_order() -> None:
    assert faults(alia=[ENDED, BEGUN]) == (0, 0, 1, 0)


def test_what_an_organisation_may_not_see_is_foreign() -> None:
    assert faults(alia=[BEGUN, ENDED, LEAK]) == (0, 0, 0, 1)
    assert faults(gida=[LAST, ReceivedChange("stream", "guasto", 2, 1, "active")])[3] == 1
    assert faults(alia=[BEGUN, ReceivedChange("public", "guasto", 2, 1, "active"), ENDED]) == (0, 0, 0, 1)


def test_the_stream_may_leave_out_what_was_changed_again() -> None:
    assert faults(gida=[ReceivedChange("stream", "guasto", 1, 1, "active"), LAST]) == (0, 0, 0, 0)


def test_a_request_that_was_done_and_is_not_in_the_history_is_lost_and_one_done_twice_is_doubled() -> None:
    without = [one for one in HISTORY if one.number != 2]
    assert judge(STEPS, PLAYED, without, RECEIVED | {"estra": [BEGUN, OWN[0], OWN[2], ENDED]}).lost == 1
    twice = [*HISTORY, DayChange(5, "fuga", 1, "consiag", "r-4")]
    assert judge(STEPS, PLAYED, twice, RECEIVED).doubled == 1


def test_a_refusal_is_named() -> None:
    played = [*PLAYED, PlayedStep(DayStep(4, "cap", "guasto", END), "r-5", DayReply(done=False, reason="cap may not end guasto"))]
    found = judge(STEPS, played, HISTORY, RECEIVED)
    assert (found.refused, found.good, found.notes) == (1, False, ["cap, end guasto: cap may not end guasto"])


def test_what_people_try_in_the_room_of_the_demo_does_not_count() -> None:
    history = [*HISTORY, DayChange(5, "prova", 1, "cap", None)]
    assert judge(STEPS, PLAYED, history, RECEIVED | {"alia": [BEGUN, ENDED, ReceivedChange("public", "prova", 5, 1, "active")]}).good


def test_an_organisation_with_faults_is_named() -> None:
    assert judge(STEPS, PLAYED, HISTORY, RECEIVED | {"alia": [BEGUN, BEGUN]}).notes == ["alia: 1 lost, 1 doubled"]
