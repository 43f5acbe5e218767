"""Functions that several commands share."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from gateway.cli import common
from gateway.config.problems import Problem
from tests.config.sites import GOOD

CENTRE = 'site: prato\ncentre:\n  broker: "mqtt://127.0.0.1:1883"\n  store: {history: {path: h.sqlite}}\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text)
    return path


def test_columns_are_aligned_and_some_of_them_to_the_right() -> None:
    assert common.columns([("name", "n"), ("a", "10"), ("long name", "7")], right=(1,)) == [
        "name        n",
        "a          10",
        "long name   7",
    ]


def test_an_instant_is_shown_in_utc_and_a_missing_one_as_a_dash() -> None:
    assert common.when(1_795_400_120_250) == "2026-11-23T02:15:20Z"
    assert common.when(None) == "-"


def test_a_failure_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        common.fail("no")
    assert (ended.value.code, capsys.readouterr().err) == (1, "gateway: no\n")


def test_problems_are_printed_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        common.print_problems([Problem("f", 1, 2, "x", "y"), Problem("f", 3, 4, "z", "w")])
    assert (ended.value.code, capsys.readouterr().err) == (1, "f:1:2: x; y\nf:3:4: z; w\n")


def test_a_site_without_lines_is_not_a_gateway(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert common.read_edge(written(tmp_path, GOOD)).id.gateway == "gw-0042"
    with pytest.raises(SystemExit):
        common.read_edge(written(tmp_path, CENTRE))
    assert "does not describe a gateway: add 'operator:', 'gateway:' and 'uplink:'" in capsys.readouterr().err


def test_a_site_without_a_centre_is_not_a_centre(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert common.read_centre(written(tmp_path, CENTRE)).site == "prato"
    with pytest.raises(SystemExit):
        common.read_centre(written(tmp_path, GOOD))
    assert "does not describe a centre: add 'centre:'" in capsys.readouterr().err


def test_an_unknown_device_is_answered_with_the_most_similar_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = common.read_site(written(tmp_path, GOOD))
    line, device = common.find_device(loaded, "qe-041-meter")
    assert (line.id, device.id) == ("panel", "qe-041-meter")
    with pytest.raises(SystemExit):
        common.find_device(loaded, "qe-041-metre")
    assert "unknown device 'qe-041-metre'; did you mean 'qe-041-meter'" in capsys.readouterr().err


def test_a_profile_is_found_by_its_name_or_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert common.read_profile("xy_md02").profile == "xy_md02"
    with pytest.raises(SystemExit):
        common.read_profile("xy_md03")
    with pytest.raises(SystemExit):
        common.read_profile(str(tmp_path / "missing.yaml"))
    unknown, missing = capsys.readouterr().err.splitlines()
    assert unknown.startswith("gateway: unknown profile 'xy_md03'; did you mean 'xy_md02'")
    assert "can't be read: No such file or directory" in missing


@pytest.fixture
def language(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_texts_are_italian_if_the_terminal_is_and_else_english(language: pytest.MonkeyPatch) -> None:
    assert common.in_language("set", "imposta") == "set"
    language.setenv("LANG", "it_IT.UTF-8")
    assert common.in_language("set", "imposta") == "imposta"
    language.setenv("LC_ALL", "C.UTF-8")
    assert common.in_language("set", "imposta") == "set"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_service(number: signal.Signals) -> None:
    ended: list[bool] = []

    async def work(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(10):
            await stop.wait()
        ended.append(True)

    common.run_until_signalled(work)
    assert ended == [True]


def test_an_error_that_an_operator_can_fix_is_a_message_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(_stop: asyncio.Event) -> None:
        raise OSError("no space left")

    with pytest.raises(SystemExit) as ended:
        common.run_until_signalled(work)
    printed = capsys.readouterr().err
    assert ended.value.code == 1
    assert "no space left" in printed
    assert "Traceback" not in printed
