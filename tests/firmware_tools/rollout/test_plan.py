"""When the waves of a plan begin, and how long they take."""

import msgspec
import pytest

from firmware_tools.rollout.plan import duration_s, planned, schedule, too_slow
from firmware_tools.rollout.state import Rollout, RolloutDevice
from firmware_tools.rollout.terms import RolloutTerms
from gateway.model.instants import iso_utc
from tests.firmware_tools.rollout.rollouts import EVENING_MS, NIGHT, TARGET, known, rollout, street

HOUR_S = 3600.0


def devices(*lines: list[float]) -> list[RolloutDevice]:
    return [
        RolloutDevice(one.name, f"line-{number}", 0, expected)
        for number, durations in enumerate(lines)
        for one, expected in zip(street(1, 1, len(durations)), durations, strict=True)
    ]


@pytest.mark.parametrize(
    ("lines", "per_line", "per_site", "expected"),
    [
        ([[60.0, 60.0], [60.0]], 1, 20, 120.0),
        ([[60.0, 60.0], [60.0]], 2, 20, 60.0),
        ([[60.0]] * 4, 1, 2, 120.0),
        ([[90.0, 30.0], [60.0, 60.0]], 1, 1, 240.0),
    ],
)
def test_lines_work_at_once_as_far_as_the_terms_allow(lines: list[list[float]], per_line: int, per_site: int, expected: float) -> None:
    assert duration_s(devices(*lines), RolloutTerms(NIGHT, per_line=per_line, per_site=per_site)) == expected


def test_the_next_wave_begins_in_the_first_night_after_the_watch() -> None:
    waves = schedule(rollout(street(2, 2, 5)), EVENING_MS - 3_600_000)
    assert [len(one.devices) for one in waves] == [3, 2, 5, 10]
    assert [iso_utc(one.begins_ms, "seconds") for one in waves[:2]] == ["2026-11-26T21:00:00Z", "2026-11-27T21:00:00Z"]
    assert waves[0].updated_ms == waves[0].begins_ms + 180_000
    assert waves[0].watched_ms == waves[0].updated_ms + 12 * 3_600_000


def test_work_that_does_not_fit_into_one_night_goes_on_in_the_next() -> None:
    slow = rollout(
        [known("gw-1", f"d-{number}", bytes_per_s=60_000 / (2 * HOUR_S - 60)) for number in range(4)], RolloutTerms(NIGHT, canaries=4)
    )
    (wave,) = schedule(slow, EVENING_MS)
    assert wave.work_s == 8 * HOUR_S
    assert iso_utc(wave.updated_ms, "seconds") > "2026-11-27T21:00:00Z"


def test_a_roll_out_that_begins_at_the_end_of_a_night_waits_for_the_next() -> None:
    (first, *_) = schedule(rollout(street(1, 1, 1)), EVENING_MS + round(6.9 * 3_600_000))
    assert iso_utc(first.begins_ms, "seconds") == "2026-11-27T21:00:00Z"


def test_devices_whose_update_does_not_fit_into_a_night_are_named() -> None:
    fast, slow = known("gw-1", "a"), known("gw-1", "b", bytes_per_s=3.0)
    assert too_slow([fast, slow], TARGET, RolloutTerms(NIGHT)) == [slow]


def test_a_planned_roll_out_survives_its_file() -> None:
    made = planned("r1", street(1, 2, 2), TARGET, RolloutTerms(NIGHT), "me", EVENING_MS)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Rollout) == made
    assert made.deadline_ms == EVENING_MS + 30 * 86_400_000
