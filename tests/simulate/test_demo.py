"""The demo's own parts; a whole run is in tests/cli/test_demo.py."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.simulate.demo import Demo, DemoError, DemoOptions, influx_of, verdict
from tests.centre.stores.doubles import served
from tests.centre.stores.influx2 import Influx2


def options(folder: Path, influx: str | None = None) -> DemoOptions:
    return DemoOptions(port=0, lamps=3, speed=60.0, seed=1, influx=influx, folder=folder)


async def started(demo: Demo, code: str) -> None:
    """Start a part that is a small Python program."""
    await demo._start("part", sys.executable, "-c", code)


async def test_a_part_that_ends_too_early_is_an_error_with_the_end_of_its_log(tmp_path: Path) -> None:
    demo = Demo(options(tmp_path))
    await started(demo, "print('one'); print('cannot bind'); raise SystemExit(4)")
    with pytest.raises(DemoError, match=r"part \(exit code 4\): one / cannot bind"):
        await demo.wait(asyncio.Event(), 30.0)


async def test_a_part_without_output_is_said_to_have_none(tmp_path: Path) -> None:
    demo = Demo(options(tmp_path))
    await started(demo, "raise SystemExit(4)")
    with pytest.raises(DemoError, match=r"part \(exit code 4\): no output"):
        await demo._until(lambda: False, demo._parts[0])


async def test_the_demo_ends_when_it_is_stopped_or_its_time_is_over_and_its_parts_end(tmp_path: Path) -> None:
    demo, stop = Demo(options(tmp_path)), asyncio.Event()
    await started(demo, "import signal; signal.pause()")
    await demo.wait(stop, 0.01)
    stop.set()
    await demo.wait(stop, None)
    await demo.stop()
    assert demo._parts[0].process.returncode == -15


async def test_without_mosquitto_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.simulate.demo._mosquitto", lambda: None)
    said: list[str] = []
    demo = Demo(options(tmp_path)._replace(day_s=60.0))
    assert demo._admit_organisations(said.append) is None
    assert said == ["no Situation Room: it needs mosquitto, as each organisation may read only what is for it"]
    assert await demo.finish_day() is None


async def test_a_room_that_does_not_start_is_reported_and_the_street_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    demo = Demo(options(tmp_path)._replace(day_s=60.0))
    credentials = demo._admit_organisations(said.append)
    assert credentials is not None
    (tmp_path / "centre.yaml").write_text('{"site": "prato"}')
    await demo._start_day(tmp_path / "centre.yaml", credentials, said.append)
    assert demo._playing is not None
    await demo._playing
    day = await demo.finish_day()
    assert day is not None
    assert not day.good
    assert said[0].startswith("the day ends early: situation (exit code 1): ")


def test_a_folder_without_a_run_has_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="contains no run of the demo"):
        verdict(tmp_path, None)


def test_the_influxdb_of_a_run_is_a_database_of_its_own(tmp_path: Path) -> None:
    found = influx_of(options(tmp_path, "http://127.0.0.1:8086"))
    assert found is not None
    assert found.database == "street_demo"
    assert influx_of(options(tmp_path)) is None


@pytest.fixture
def influx2() -> Iterator[SimpleNamespace]:
    yield from served(Influx2, token="secret", org="prato", readable=True, buckets=[], tasks=[], dbrps=[], lines={}, asked=[])


async def test_an_influxdb_that_can_not_be_used_is_an_error_before_anything_starts(tmp_path: Path, influx2: SimpleNamespace) -> None:
    said: list[str] = []
    for url, why in ((influx2.url, "401 unauthorized access"), ("http://127.0.0.1:1", "Connection refused")):
        with pytest.raises(DemoError, match=rf"can't store in {url}: .*{why}.*--influx takes an InfluxDB 1\.x without a login"):
            await Demo(options(tmp_path / "new", url)).start(said.append)
    assert said == []
    assert not (tmp_path / "new").exists()
