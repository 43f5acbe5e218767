"""Runs the commands under `gateway profiles`."""

import os
import subprocess
from pathlib import Path

from tests.cli import in_process

ROOT = Path(__file__).parents[3]


def run(*arguments: str, cwd: Path | None = None, lang: str = "C.UTF-8", given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: None for key in os.environ if key.startswith(("LC_", "LANG"))} | {"LANG": lang}
    return in_process.run("profiles", *arguments, cwd=cwd, given=given, environment=environment)
