"""Site files for the commands of `gateway config`, of a gateway that does not run."""

import json
from pathlib import Path
from typing import Any

from tests.cli.in_process import run
from tests.edge.configuration.changing import written_site


def said(folder: Path, *arguments: str) -> Any:
    """Run a command with --json and return what it says."""
    done = run("config", *arguments, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def files(folder: Path, old: str = "unit: 1", new: str = "unit: 2") -> tuple[Path, Path]:
    """Write a site file and a changed one. Return their paths."""
    site = written_site(folder)
    (folder / "new.yaml").write_text(site.read_text().replace(old, new))
    return site, folder / "new.yaml"
