"""The flood at the end of the day."""

from gateway.simulate.day.acts import DayTimes
from gateway.simulate.day.flood import flood
from gateway.simulate.day.organisations import ORGANISATIONS

STEPS = list(flood(DayTimes(1_793_487_600_000)))
ALERT = STEPS[0]


def test_everybody_along_the_river_answers_the_alert_before_anything_is_closed() -> None:
    answered = [one.organisation for one in STEPS if one.situation == ALERT.situation and one.act["type"] == "acknowledge"]
    assert set(answered) == {one.name for one in ORGANISATIONS} - {"comune", "consiag", "estra", "toscana-energia"}
    assert [one.situation for one in STEPS[: len(answered) + 1]] == [ALERT.situation] * (len(answered) + 1)


def test_the_alert_becomes_weaker_and_is_the_last_to_end() -> None:
    (update,) = [one for one in STEPS if one.act["type"] == "update"]
    before, after = (step.act["feature"]["properties"] for step in (ALERT, update))
    assert (before["severity"], after["severity"]) == ("high", "medium")
    assert before["cap"] == after["cap"]
    assert (STEPS[-1].situation, STEPS[-1].act["type"]) == (ALERT.situation, "end")


def test_the_closed_underpass_names_the_alert_as_its_cause() -> None:
    (closed,) = [
        one.act["feature"]["properties"]
        for one in STEPS
        if one.act["type"] == "publish" and one.act["feature"]["properties"]["kind"] == "closure"
    ]
    assert closed["related"] == [{"id": ALERT.situation, "relation": "caused_by"}]
