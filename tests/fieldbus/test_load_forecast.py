"""The predicted load of a site's lines, and what would lower it."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from gateway.fieldbus.load_forecast import LineForecast, forecast_loads
from tests.config.sites import GOOD


def forecasts(folder: Path, *changes: tuple[str, str]) -> dict[str, LineForecast]:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "site.yaml"
    path.write_text(text)
    loaded = load_site(path)
    return {one.line: one for one in forecast_loads(loaded.site, loaded.profiles)}


def test_a_line_with_room_needs_no_remedy(tmp_path: Path) -> None:
    panel = forecasts(tmp_path)["panel"]
    assert panel.share is not None
    assert 0.01 < panel.share < 0.02
    assert (panel.reads, panel.remedies) == (4, ()), "the identifying code is a read of its own"


def test_a_busy_line_gets_longer_intervals_or_a_faster_speed_as_remedies(tmp_path: Path) -> None:
    panel = forecasts(tmp_path, ("every: 10s", "every: 100ms"))["panel"]
    assert panel.share == pytest.approx(1.397, abs=0.001)
    assert tuple(one.en for one in panel.remedies) == (
        "make intervals 2.0 times as long ('qe-041-meter' alone takes 140 %)",
        "set the line and its devices to 19200 baud (75 %)",
    )


def test_the_fastest_line_gets_no_faster_and_several_devices_can_move(tmp_path: Path) -> None:
    more = "every: 20ms}\n      - {id: other, profile: carlo_gavazzi_em340, unit: 2, asset: qe-041, every: 20ms}"
    panel = forecasts(tmp_path, ("every: 10s}", more), ("baud: 9600", "baud: 115200"))["panel"]
    assert [one.en.split(" ")[0] for one in panel.remedies] == ["make", "move"]


def test_a_line_without_a_read_plan_has_no_share(tmp_path: Path) -> None:
    radar = "\n  - id: radar\n    serial: /dev/ttyUSB7\n    devices: [{id: radar-1, profile: omnipresense_ops243, asset: qe-041}]"
    found = forecasts(tmp_path, ("\nlines:", "\nlines:" + radar))["radar"]
    assert found == LineForecast("radar", None, 0, ())
