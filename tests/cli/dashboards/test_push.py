"""`gateway dashboards push`."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli import main
from tests.dashboards.publish.grafana_double import GrafanaDouble


def push(site: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["dashboards", "push", str(site), *options])


def test_a_push_says_what_it_did_and_a_second_one_that_there_was_nothing_to_do(site: Path) -> None:
    first, second = push(site), push(site)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "created: folder 'Street'\n" in first.output
    assert "created: alert rules 'lighting'\n" in first.output
    assert second.output.startswith("nothing to do: all ")


def test_a_dry_run_changes_nothing(site: Path, grafana: GrafanaDouble) -> None:
    tried = push(site, "--dry-run")
    assert "would create: folder 'Street'\n" in tried.output
    assert grafana.writes == []


def test_what_somebody_changed_is_shown_left_alone_and_overwritten_by_force(site: Path, grafana: GrafanaDouble) -> None:
    push(site)
    grafana.rule_groups["street-gateway", "lighting"]["rules"][0]["for"] = "1h"
    found = push(site)
    assert found.exit_code == 3
    assert "left alone: alert rules 'lighting' (it was changed in Grafana)\n" in found.output
    assert '  rules[uid=street-panel-outage].for\n    - "1h"\n    + "300s"\n' in found.output
    forced = push(site, "--force")
    assert forced.exit_code == 0
    assert "updated: alert rules 'lighting' (it was changed in Grafana)\n" in forced.output
    assert push(site).exit_code == 0


def test_json_lists_every_resource_and_what_was_done(site: Path, grafana: GrafanaDouble) -> None:
    steps = json.loads(push(site, "--json").output)
    assert {step["verb"] for step in steps} == {"create"}
    assert all(step["done"] for step in steps)
    assert {step["done"] for step in json.loads(push(site, "--json").output)} == {False}


def test_a_wrong_token_is_a_sentence(site: Path) -> None:
    (site.parent / "token").write_text("wrong")
    failed = push(site)
    assert (failed.exit_code, failed.output) == (
        1,
        "gateway: Grafana: GET /api/annotations: 401 Unauthorized; check the token of the service account\n",
    )


def test_a_token_that_others_can_read_is_refused(site: Path) -> None:
    (site.parent / "token").chmod(0o644)
    failed = push(site)
    assert failed.exit_code == 1
    assert "can be read by other users" in failed.output


def test_a_grafana_that_does_not_answer_is_a_sentence(site: Path) -> None:
    described = json.loads(site.read_text())
    described["centre"]["grafana"]["url"] = "http://127.0.0.1:1"
    site.write_text(json.dumps(described))
    failed = push(site)
    assert failed.exit_code == 1
    assert failed.output.startswith("gateway: Grafana: 127.0.0.1:1 does not answer: ")


def test_a_site_without_a_grafana_says_what_to_write(site: Path) -> None:
    described = json.loads(site.read_text())
    del described["centre"]["grafana"]
    site.write_text(json.dumps(described))
    failed = push(site)
    assert (failed.exit_code, failed.output) == (
        1,
        f"gateway: {site} has no 'grafana:' under 'centre:'; write its 'url:' and 'token_file:' there\n",
    )
