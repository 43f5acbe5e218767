"""`gateway dashboards diff`."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli import main
from tests.dashboards.publish.grafana_double import GrafanaDouble


def diff(site: Path, *options: str, color: bool = False) -> Result:
    return CliRunner().invoke(main, ["dashboards", "diff", str(site), *options], color=color)


def test_a_difference_ends_with_3_and_none_with_0_and_nothing_is_written(site: Path, grafana: GrafanaDouble) -> None:
    before = diff(site)
    assert (before.exit_code, grafana.writes) == (3, [])
    CliRunner().invoke(main, ["dashboards", "push", str(site)])
    assert diff(site).exit_code == 0


def test_on_a_terminal_what_is_there_is_red_and_what_is_wanted_green(site: Path, grafana: GrafanaDouble) -> None:
    CliRunner().invoke(main, ["dashboards", "push", str(site)])
    grafana.tree["routes"][0]["repeat_interval"] = "5m"
    shown = diff(site, color=True).output
    assert '\x1b[31m    - "5m"\x1b[0m\n\x1b[32m    + "4h"\x1b[0m\n' in shown
    assert "\x1b" not in diff(site).output


def test_json_has_the_place_and_both_sides_of_each_difference(site: Path, grafana: GrafanaDouble) -> None:
    CliRunner().invoke(main, ["dashboards", "push", str(site)])
    grafana.tree["routes"][0]["repeat_interval"] = "5m"
    (step,) = [one for one in json.loads(diff(site, "--json").output) if one["verb"] != "keep"]
    assert step["changes"] == [{"path": "routes[0].repeat_interval", "found": "5m", "wanted": "4h"}]
    assert (step["verb"], step["done"]) == ("conflict", False)
