"""`gateway config confirm`, with a trial that a gateway began that does not run any more."""

from pathlib import Path

from gateway.staging.configuration import Configuration, Terms
from tests.cli.config.files import files, said
from tests.cli.in_process import run


def test_a_trial_can_be_confirmed_or_undone_while_the_gateway_does_not_run(tmp_path: Path) -> None:
    site, new = files(tmp_path)
    nothing = run("config", "confirm", "site.yaml", cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (1, "gateway: no change is on trial\n")
    before = site.read_text()
    Configuration(site, tmp_path).apply(new.read_text(), Terms("technician", ""))
    assert said(tmp_path, "undo", "site.yaml") == {"undone": True, "on_trial": False}
    assert site.read_text() == before
    Configuration(site, tmp_path).apply(new.read_text(), Terms("technician", ""))
    assert said(tmp_path, "confirm", "site.yaml") == {"confirmed": True}
    assert site.read_text() == new.read_text()
