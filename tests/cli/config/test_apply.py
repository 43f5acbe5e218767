"""`gateway config apply` without a gateway."""

from pathlib import Path

from tests.cli.command_line import run
from tests.cli.config.files import files, said


def test_without_a_gateway_the_file_is_changed_at_once_and_the_change_is_logged(tmp_path: Path) -> None:
    site, new = files(tmp_path)
    done = run("config", "apply", "site.yaml", "new.yaml", "--why", "moved", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "device first unit: 1 → 2\napplied; no gateway runs\n", "")
    assert site.read_text() == new.read_text()
    (entry,) = said(tmp_path, "log", "site.yaml")
    assert (entry["outcome"], entry["by"], entry["why"]) == ("confirmed", "technician", "moved")


def test_what_is_invalid_is_refused_with_its_place_and_nothing_changes(tmp_path: Path) -> None:
    site, _ = files(tmp_path, "xy_md02", "xy_md03")
    before = site.read_text()
    done = run("config", "apply", "site.yaml", "new.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("new.yaml:12:30: unknown profile 'xy_md03'; did you mean 'xy_md02'")
    assert site.read_text() == before
    again = run("config", "apply", "site.yaml", "site.yaml", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (1, "gateway: the configuration is the same already\n")
