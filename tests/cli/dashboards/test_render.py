"""`gateway dashboards render`."""

import json
from pathlib import Path

import yaml
from click.testing import CliRunner

from gateway.cli import main


def test_the_files_of_a_site_name_its_secrets_and_do_not_contain_them(site: Path, tmp_path: Path) -> None:
    described = json.loads(site.read_text())
    described["centre"]["store"]["influx"] |= {"api": "v2", "org": "prato", "token_file": "/etc/grafana/influx.token"}
    site.write_text(json.dumps(described))
    said = CliRunner().invoke(main, ["dashboards", "render", str(tmp_path / "out"), "--site", str(site), "--json"])
    assert said.exit_code == 0, said.output
    assert set(json.loads(said.output)) == {str(one.relative_to(tmp_path / "out")) for one in (tmp_path / "out").rglob("*.*")}
    (source,) = yaml.safe_load((tmp_path / "out" / "provisioning" / "datasources" / "street.yaml").read_text())["datasources"]
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token $__file{/etc/grafana/influx.token}"}
    contacts = yaml.safe_load((tmp_path / "out" / "provisioning" / "alerting" / "street-contacts.yaml").read_text())
    assert [one["name"] for one in contacts["contactPoints"]] == ["Street centre"]


def test_without_a_site_there_are_dashboards_and_rules_in_the_language_asked_for(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["dashboards", "render", str(tmp_path), "--language", "it"])
    assert said.exit_code == 0, said.output
    rules = (tmp_path / "provisioning" / "alerting" / "street.yaml").read_text()
    assert "title: Quadro spento\n" in rules
    assert list((tmp_path / "dashboards").glob("*.json"))
    assert not (tmp_path / "provisioning" / "datasources").exists()
