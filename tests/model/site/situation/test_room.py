"""The Situation Room of a site file."""

from typing import get_args

from gateway.alarms.catalogue import KINDS
from gateway.model.site.situation.room import EventAlarm, SituationSettings
from tests.model.site.parts import problems_of, read


def test_no_alarm_becomes_an_event_by_default() -> None:
    assert read("{organisations: {}}", SituationSettings).telemetry == {}


def test_an_alarm_of_a_gateway_does_not_become_an_event() -> None:
    text = "{organisations: {}, telemetry: {gateway_silent: {kind: lighting}}}"
    assert "'gateway_silent'" in problems_of(text, SituationSettings)


def test_every_alarm_that_can_become_an_event_is_in_the_catalogue() -> None:
    assert set(get_args(EventAlarm)) <= set(KINDS)
