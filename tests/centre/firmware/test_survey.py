"""Asking devices what they are."""

from firmware_tools.rollout.device import DeviceName
from gateway.centre.firmware.survey import Survey, SurveyQuestion, asked_of

NAMES = [DeviceName("o", f"gw-{number % 2}", f"d-{number}") for number in range(4)]
ONLINE = [("o", "gw-0"), ("o", "gw-1")]


def asked(survey: Survey, now_ms: int, online: list[tuple[str, str]] = ONLINE) -> list[SurveyQuestion]:
    return list(survey.step(now_ms, online))


def test_one_device_of_each_gateway_is_asked_at_a_time() -> None:
    survey = Survey(3, NAMES)
    first = asked(survey, 0)
    assert [(one.order, one.device) for one in first] == [("q3-0", NAMES[0]), ("q3-1", NAMES[1])]
    assert asked(survey, 1000) == []
    assert asked_of({3: survey}, "q3-0", NAMES[0])
    assert not asked_of({3: survey}, "q3-1", NAMES[3])
    assert [one.order for one in asked(survey, 2000)] == ["q3-2"]
    assert not survey.done


def test_a_device_that_does_not_answer_is_passed_over() -> None:
    survey = Survey(3, NAMES[:3:2])
    (one,) = asked(survey, 0)
    assert one.begin_by_ms < one.end_by_ms
    assert [one.order for one in asked(survey, one.end_by_ms + 1)] == ["q3-1"]
    asked(survey, 2 * one.end_by_ms)
    asked(survey, 3 * one.end_by_ms)
    assert survey.done
    assert not survey.hear("q3-0", NAMES[0])


def test_devices_of_gateways_that_are_offline_are_not_asked() -> None:
    survey = Survey(3, NAMES)
    assert [one.device for one in asked(survey, 0, [("o", "gw-1")])] == [NAMES[1]]
    for order, name in (("q3-1", NAMES[1]), ("q3-3", NAMES[3])):
        survey.hear(order, name)
        asked(survey, 1000)
    assert survey.done
