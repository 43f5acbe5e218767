"""The roll-outs that the page shows."""

import msgspec
import pytest

from gateway.model.messages import AlarmText, RolledOutFirmware, RolloutsMessage, RolloutStatus, RolloutWave
from gateway.web.operator.rollout_board import RolloutBoard

FIRMWARE = RolledOutFirmware("wb/mr6c/1.26.0.wbfw", "WBMR6C", "1.26.0")
WHY = AlarmText(
    "1 of 3 canaries failed; citelum/gw-1/relay-7: it has been silent for 310 s",
    "1 di 3 canarini falliti; citelum/gw-1/relay-7: non risponde da 310 s",
)


def status(number: int, state: str = "running", why: AlarmText | None = None) -> RolloutStatus:
    waves = [RolloutWave(3, {"failed": 1, "healthy": 2}), RolloutWave(17, {"waiting": 17})]
    stages = {"failed": 1, "healthy": 2, "waiting": 17}
    when = "2026-11-26T21:00:00Z"
    return RolloutStatus(f"r{number}", FIRMWARE, state, "control room", when, when, ["citelum"], 0, waves, stages, why)  # type: ignore[arg-type]


def payload(*rollouts: RolloutStatus) -> bytes:
    return msgspec.json.encode(RolloutsMessage(1, list(rollouts)))


def test_the_newest_roll_outs_are_shown_first_and_changes_are_collected_once() -> None:
    board = RolloutBoard()
    assert board.collect_changed() is None
    board.accept(payload(status(1), status(2)))
    assert [one.id for one in board.all()] == ["r2", "r1"]
    changed = board.collect_changed()
    assert changed is not None
    assert [one.id for one in changed] == ["r2", "r1"]
    assert board.collect_changed() is None
    board.accept(b"")
    assert board.collect_changed() == []


def test_of_many_roll_outs_the_newest_are_shown_and_other_messages_are_refused() -> None:
    board = RolloutBoard()
    board.accept(payload(*(status(number) for number in range(99))))
    assert [one.id for one in board.all()][::49] == ["r98", "r49"]
    with pytest.raises(ValueError, match="Expected `object`"):
        board.accept(b"[]")
