"""What a running gateway can't change to."""

from pathlib import Path

import pytest

from gateway.config.problems import ConfigError
from gateway.config.site_file import EdgeSite
from gateway.staging.checks import live_problems, loaded_gateway
from tests.config.sites import GOOD


def edge(text: str = GOOD) -> EdgeSite:
    found = loaded_gateway(text, "site.yaml").edge
    assert found is not None
    return found


def test_lines_devices_intervals_and_the_uplink_can_change() -> None:
    text = GOOD.replace("every: 10s", "every: 20s").replace("broker.example:8883", "other.example").replace("baud: 9600", "baud: 19200")
    assert live_problems(edge(), loaded_gateway(text, "site.yaml")) == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("gateway: gw-0042", "gateway: gw-0043", "gateway"),
        ("operator: citelum", "operator: hera", "operator"),
        ("site: prato", "site: lucca", "site"),
    ]
    + [
        ("assets:", f"{added}\nassets:", key)
        for added, key in [("listen: 127.0.0.1:1", "listen"), ("state: /data", "state"), ("journal: {path: /data/j}", "journal.path")]
    ],
)
def test_what_a_gateway_is_when_it_starts_needs_a_restart(old: str, new: str, key: str) -> None:
    found = [str(one) for one in live_problems(edge(), loaded_gateway(GOOD.replace(old, new), "site.yaml"))]
    assert any(f"'{key}' can't change while the gateway runs; edit the file by hand and restart the gateway" in one for one in found), found


def test_a_file_that_the_uplink_lacks_is_told_before_it_is_needed(tmp_path: Path) -> None:
    text = GOOD.replace("confirm: stored", f"login: {{user: u, password_file: {tmp_path}/none}}")
    (problem,) = live_problems(edge(), loaded_gateway(text, "site.yaml"))
    assert "can't be read" in problem.what


def test_lines_that_would_be_too_busy_are_refused_with_remedies() -> None:
    with pytest.raises(ConfigError) as error:
        loaded_gateway(GOOD.replace("every: 10s", "every: 100ms"), "site.yaml")
    (problem,) = error.value.problems
    assert (problem.line, problem.what) == (9, "line 'panel' would be 140 % busy")
    assert "set the line and its devices to 19200 baud" in problem.instead


def test_a_centre_alone_is_no_gateway() -> None:
    centre = "site: prato\ncentre: {broker: 'mqtt://127.0.0.1', store: {history: {path: /tmp/h}}}\n"
    with pytest.raises(ConfigError, match="does not describe a gateway"):
        loaded_gateway(centre, "site.yaml")
