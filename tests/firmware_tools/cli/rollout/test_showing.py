"""How plans and roll-outs are printed, in the language of the terminal."""

import pytest

from firmware_tools.cli.rollout.choosing import Proposal
from firmware_tools.cli.rollout.showing import print_list, print_plan, print_status
from firmware_tools.rollout.selection import LeftOutDevice
from gateway.model.messages import AlarmText
from tests.firmware_tools.rollout.rollouts import EVENING_MS, ROME, known, rollout, street


@pytest.fixture(autouse=True)
def _italian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")


def test_a_plan_is_in_italian_and_in_local_time(capsys: pytest.CaptureFixture[str]) -> None:
    left_out = [LeftOutDevice(known("gw-9", f"d-{number}"), AlarmText("x", "ha già la 1.26.0")) for number in range(25)]
    print_plan(Proposal(rollout(street(2, 2, 5)), left_out), ROME, EVENING_MS)
    said = capsys.readouterr().out
    assert "canarini" in said
    assert "2026-11-26 22:00" in said
    assert said.count("ha già la 1.26.0") == 20
    assert "esclusi: 25" in said


def test_lists_and_statuses_are_in_italian(capsys: pytest.CaptureFixture[str]) -> None:
    made = rollout(street(2, 2, 5))
    print_list([made])
    print_status(made, ROME, every=True)
    print_list([])
    said = capsys.readouterr().out
    assert "in corso" in said
    assert "termina al più tardi: 2026-12-26 22:00" in said
    assert "nessuna distribuzione" in said
