"""Causes are ranked by how certain they are."""

from gateway.provision.diagnosis.cause import CauseKind, listed, ranked
from gateway.provision.diagnosis.cause_texts import cause


def test_the_most_certain_cause_comes_first_and_among_equals_the_one_whose_traces_cover_the_others() -> None:
    found = [
        cause(CauseKind.NO_POWER, "likely", "meter"),
        cause(CauseKind.SECOND_MASTER, "possible", "line"),
        cause(CauseKind.CT_DEAD, "certain", "meter"),
        cause(CauseKind.NOISE, "likely", "line"),
    ]
    assert [one.kind.value for one in ranked(found)] == ["ct_dead", "noise", "no_power", "second_master"]


def test_phases_are_listed_as_technicians_write_them() -> None:
    assert listed([1, 3]) == "L1, L3"
