"""The rows of a town's history."""

from collections import Counter

from gateway.analytics.results import FINDING
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period

END = 1_796_063_400.0


def history(seed: int = 1) -> History:
    return History(30, Period(END - 6 * 3600, END), 300.0, seed)


def test_the_same_seed_gives_the_same_rows_also_in_parts() -> None:
    whole, parts = history(), history()
    at_once = sorted(map(str, whole.part(whole.whole)))
    middle = END - 2 * 3600 - 70.0
    in_parts = sorted(str(row) for part in (Period(END - 6 * 3600, middle), Period(middle, END)) for row in parts.part(part))
    assert at_once == in_parts
    assert sorted(map(str, history(2).part(whole.whole))) != at_once


def test_no_series_but_findings_has_two_rows_at_one_time_and_none_is_outside_of_the_period() -> None:
    made = history()
    rows = [*made.part(made.whole), *made.once()]
    assert max(Counter((row.origin.key, row.t_ms) for row in rows if row.origin.stream.measurement != FINDING).values()) == 1
    assert all(END - 6 * 3600 <= row.t_ms / 1000 < END for row in rows)


def test_every_row_fits_its_stream() -> None:
    made = history()
    assert all(len(row.values) == len(row.origin.stream.fields) for row in made.part(made.whole))


def test_every_kind_of_measurement_is_there() -> None:
    made = history()
    found = {row.origin.stream.measurement for row in [*made.part(made.whole), *made.once()]}
    assert found >= {
        "lighting_meter", "lighting_cabinet", "lamp", "traffic", "air_quality", "noise", "weather", "gateway", "uplink", "completeness", "worker",
        "lighting_quarter", "rollout", "event",
    }  # fmt: skip


def test_every_device_of_the_town_reports_its_completeness() -> None:
    made = history()
    reported = {row.origin.stream.device for row in made.part(made.whole) if row.origin.stream.measurement == "completeness"}
    assert reported == {device.id for device in made.devices()}
