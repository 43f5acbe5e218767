"""What is known of a condition."""

from gateway.alarms.observation import Observation, Subject


def test_a_subject_is_told_apart_by_its_operator() -> None:
    assert Subject("a", "qe-1", "gw-1") != Subject("b", "qe-1", "gw-1")


def test_an_observation_is_of_the_whole_subject_unless_it_names_a_part() -> None:
    assert Observation(Subject("a", "qe-1", "gw-1"), "panel_outage", None).part == ""
