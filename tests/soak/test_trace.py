"""The story of a batch, from what several processes noted."""

from pathlib import Path

import pytest

from tests.soak.sites import STEADY
from tests.soak.trace import Number, TraceFile, Traces
from tests.soak.traced import numbers_of

FIRST, SECOND = Number("citelum", "ab" * 8, 1), Number("citelum", "ab" * 8, 2)


def test_a_story_has_the_steps_of_one_batch_in_their_order_whoever_noted_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = [0]
    monkeypatch.setattr("tests.soak.trace.time.time_ns", lambda: now_ms[0] * 1_000_000)
    worker, gateway = TraceFile(tmp_path, "worker-1"), TraceFile(tmp_path, "citelum")
    for now_ms[0], file, what, numbers in (
        (1_500, gateway, "sent behind 0", [FIRST, SECOND]),
        (9_500, gateway, "settled", [FIRST]),
        (1_700, worker, "received", [FIRST, SECOND]),
        (9_000, worker, "stored", [FIRST]),
    ):
        file.note(what, numbers)
    story = Traces(tmp_path).story(FIRST, 1_000)
    assert story == "0.5 s citelum sent behind 0; 0.7 s worker-1 received; 8.0 s worker-1 stored; 8.5 s citelum settled"
    assert Traces(tmp_path).story(Number("citelum", "", 3), 0) == ""


def test_only_messages_about_batches_of_honest_gateways_are_traced() -> None:
    receipt = b'{"epoch":"abababababababab","stored":[[1,2]]}'
    assert numbers_of(STEADY.topic("receipt"), receipt) == ("receipt ", [FIRST, SECOND])
    assert numbers_of(STEADY._replace(operator="evil").topic("receipt"), receipt) == ("", [])
    assert numbers_of(STEADY.topic("data"), b"no batch") == ("", [])
    assert numbers_of(STEADY.topic("state"), b"{}") == ("", [])
