"""Probes run at the same time; one that hangs or fails costs only its own checks."""

import threading
from collections.abc import Sequence

from gateway.doctor.check import CheckResult, CheckState, ok
from gateway.doctor.examination import Examination, examine


def test_checks_come_in_order_whichever_is_ready_first() -> None:
    second_is_done = threading.Event()

    def first() -> Sequence[CheckResult]:
        assert second_is_done.wait(30)
        return [ok("a", "", ""), ok("b", "", "")]

    def second() -> Sequence[CheckResult]:
        second_is_done.set()
        return [ok("c", "", "")]

    assert [one.name for one in examine([Examination(("a", "b"), first), Examination(("c",), second)], 60)] == ["a", "b", "c"]


def test_the_checks_of_a_probe_that_hangs_are_unknown() -> None:
    ends = threading.Event()

    def hangs() -> Sequence[CheckResult]:
        ends.wait()
        return []

    found = examine([Examination(("a", "b"), hangs), Examination(("c",), lambda: [ok("c", "", "")])], 0.2)
    assert [(one.name, one.state) for one in found] == [("a", CheckState.UNKNOWN), ("b", CheckState.UNKNOWN), ("c", CheckState.OK)]
    assert found[0].sentence.it == "nessuna risposta entro 0.2 s"
    ends.set()


def test_a_probe_that_fails_does_not_hide_the_others() -> None:
    def fails() -> Sequence[CheckResult]:
        raise ZeroDivisionError("as a fault would")

    found = examine([Examination(("a",), fails), Examination(("b",), lambda: [ok("b", "", "")])], 30)
    assert found[0].state is CheckState.UNKNOWN
    assert "ZeroDivisionError: as a fault would" in found[0].sentence.en
    assert found[1].state is CheckState.OK
