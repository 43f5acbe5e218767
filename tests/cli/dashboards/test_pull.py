"""`gateway dashboards pull`."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main
from tests.dashboards.publish.grafana_double import GrafanaDouble


def test_files_have_what_is_in_the_folder_now_also_what_others_made_there(site: Path, grafana: GrafanaDouble, tmp_path: Path) -> None:
    CliRunner().invoke(main, ["dashboards", "push", str(site)])
    mine = {"uid": "../mine", "title": "Mine", "id": None}
    grafana.post_dashboard({"dashboard": mine, "folderUid": "street-gateway", "message": "", "overwrite": False})
    grafana.post_dashboard({"dashboard": mine | {"uid": "elsewhere"}, "folderUid": "", "message": "", "overwrite": False})
    grafana.rule_groups["street-gateway", "lighting"]["rules"][0]["for"] = "1h"
    folder = tmp_path / "pulled"
    said = CliRunner().invoke(main, ["dashboards", "pull", str(site), str(folder), "--json"])
    assert said.exit_code == 0, said.output
    written = {str(path.relative_to(folder)) for path in folder.rglob("*.json")}
    assert written == set(json.loads(said.output))
    assert "-mine.json" in written
    assert not any("elsewhere" in name for name in written)
    assert json.loads((folder / "alerting" / "lighting.json").read_text())["rules"][0]["for"] == "1h"
    assert "version" not in json.loads((folder / "-mine.json").read_text())


def test_a_folder_that_cannot_be_written_is_a_sentence(site: Path, tmp_path: Path) -> None:
    CliRunner().invoke(main, ["dashboards", "push", str(site)])
    (tmp_path / "file").touch()
    failed = CliRunner().invoke(main, ["dashboards", "pull", str(site), str(tmp_path / "file" / "x")])
    assert failed.exit_code == 1
    assert failed.output.endswith("can't be written: Not a directory\n")
