"""The setup of InfluxDB 2.x, against a double of its API; tests/system sets up a real 1.x."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from gateway.centre.stores.influx.rollups import roll_ups
from gateway.centre.stores.influx.setup import Step, setup_of
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import StoreRefused, StoreUnavailable
from gateway.model.site.store import InfluxSettings, RetentionSettings
from tests.centre.readings import ROWS, write
from tests.centre.stores.doubles import served
from tests.centre.stores.influx2 import Influx2
from tests.system.servers import influxdb

DAY_S = 86_400.0


@pytest.fixture
def influx2() -> Iterator[SimpleNamespace]:
    yield from served(Influx2, token="secret", org="prato", readable=True, buckets=[], tasks=[], dbrps=[], lines={}, asked=[])


@pytest.fixture
def settings(influx2: SimpleNamespace, tmp_path: Path) -> InfluxSettings:
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "token").chmod(0o600)
    return InfluxSettings(url=influx2.url, api="v2", org="prato", token_file=str(tmp_path / "token"))


def done(settings: InfluxSettings, retention: RetentionSettings, time_zone: str = "UTC") -> list[Step]:
    """Run the setup and return its steps."""
    setup = setup_of(settings, retention, time_zone)
    steps = []
    try:
        for step in setup.steps():
            steps.append(step)
            if step.verb != "keep":
                setup.do(step)
    finally:
        setup.close()
    return steps


def changes(settings: InfluxSettings, retention: RetentionSettings, time_zone: str = "UTC") -> list[str]:
    return [step.what for step in done(settings, retention, time_zone) if step.verb == "change"]


def test_buckets_and_tasks_are_created_once_and_changed_if_they_differ(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    first = done(settings, RetentionSettings())
    assert {step.verb for step in first} == {"create"}
    assert [one["name"] for one in influx2.buckets] == ["street", "street_quarter_hours", "street_days"]
    assert {one["name"] for one in influx2.tasks} == {f"street.{one.name}" for one in roll_ups()}
    assert {step.verb for step in done(settings, RetentionSettings())} == {"keep"}
    assert changes(settings, RetentionSettings(raw=90 * DAY_S)) == ["bucket street: 90 days"]
    assert influx2.buckets[0]["retentionRules"][0]["everySeconds"] == 90 * 86400
    influx2.tasks[0]["flux"] = "an older script"
    assert len(changes(settings, RetentionSettings(raw=90 * DAY_S))) == 1


def test_dashboards_find_the_days_and_quarter_hours_by_their_names_in_influxql(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    done(settings, RetentionSettings())
    bucket = {one["id"]: one["name"] for one in influx2.buckets}
    names = {(one["database"], one["retention_policy"]): (bucket[one["bucketID"]], one["default"]) for one in influx2.dbrps}
    assert names == {
        ("street", "autogen"): ("street", True),
        ("street", "quarter_hours"): ("street_quarter_hours", False),
        ("street", "days"): ("street_days", False),
    }


def test_a_bucket_that_kept_readings_for_a_while_keeps_them_for_ever(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    done(settings, RetentionSettings(raw=90 * DAY_S))
    assert changes(settings, RetentionSettings()) == ["bucket street: for ever"]
    assert influx2.buckets[0]["retentionRules"][0]["everySeconds"] == 0
    assert changes(settings, RetentionSettings()) == []


def test_a_bucket_keeps_readings_for_less_than_a_week(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    done(settings, RetentionSettings())
    for raw_s in (3 * DAY_S, 3600.0):
        assert len(changes(settings, RetentionSettings(raw=raw_s))) == 1
        assert influx2.buckets[0]["retentionRules"][0]["everySeconds"] == raw_s


def test_another_time_zone_changes_the_roll_ups_of_days_alone(settings: InfluxSettings) -> None:
    done(settings, RetentionSettings())
    changed = changes(settings, RetentionSettings(), "Europe/Rome")
    assert changed == [f"roll-up {one.name}, days of Europe/Rome" for one in roll_ups() if one.span == "1d"]
    assert changes(settings, RetentionSettings(), "Europe/Rome") == []


def test_a_second_bucket_has_tasks_of_its_own(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    done(settings, RetentionSettings())
    before = [dict(one) for one in influx2.tasks]
    second = done(msgspec.structs.replace(settings, database="square"), RetentionSettings())
    assert {step.verb for step in second} == {"create"}
    assert influx2.tasks[: len(before)] == before
    assert len({one["name"] for one in influx2.tasks}) == 2 * len(roll_ups())


def test_a_task_named_without_its_bucket_is_changed_and_not_doubled(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    (one, *_) = roll_ups()
    older: dict[str, Any] = {"id": "0", "name": one.name, "flux": f'option task = {{name: "{one.name}"}}\nfrom(bucket: "street")'}
    influx2.tasks.append(older)
    assert changes(settings, RetentionSettings())[0].startswith(f"roll-up {one.name}")
    assert older["name"] == f"street.{one.name}"
    assert len(influx2.tasks) == len(roll_ups())


def test_a_token_that_may_not_read_the_organisation_is_refused_with_what_it_needs(
    influx2: SimpleNamespace, settings: InfluxSettings
) -> None:
    influx2.readable = False
    with pytest.raises(
        StoreRefused, match="no organisation 'prato', or the token may not read it; check 'org', and use a token that may read"
    ):
        done(settings, RetentionSettings())


def test_writes_carry_token_organisation_bucket_and_precision(influx2: SimpleNamespace, settings: InfluxSettings) -> None:
    done(settings, RetentionSettings())
    influx2.asked.clear()
    store = InfluxStore(settings)
    assert write(store, *ROWS) == []
    store.close()
    assert influx2.asked == [("POST", "/api/v2/write?bucket=street&org=prato&precision=ms")]


def test_a_wrong_token_makes_the_store_unavailable_for_writes_and_is_refused_for_the_setup(
    settings: InfluxSettings, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("wrong")
    store = InfluxStore(settings)
    with pytest.raises(StoreUnavailable, match=r"401 unauthorized access; check .* the token in 'token_file'"):
        write(store, *ROWS)
    store.close()
    with pytest.raises(StoreRefused, match=r"401 unauthorized access; check .* the token in 'token_file'"):
        done(settings, RetentionSettings())


@pytest.mark.system
def test_influxdb_1_keeps_readings_for_less_than_a_week(tmp_path: Path) -> None:
    """It refuses a retention that is shorter than its shards, which last a week if readings are kept for ever."""
    process, url = influxdb(tmp_path)
    settings = InfluxSettings(url=url)
    done(settings, RetentionSettings())
    for raw_s in (3 * DAY_S, 3600.0, None, 90 * DAY_S):
        assert [step.verb for step in done(settings, RetentionSettings(raw=raw_s))].count("change") == 1
        assert {step.verb for step in done(settings, RetentionSettings(raw=raw_s))} == {"keep"}
    process.stop()
