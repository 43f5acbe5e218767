"""Runs the commands under `gateway profiles`, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(*arguments: str, cwd: Path | None = None, lang: str = "C.UTF-8", given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))} | {"LANG": lang}
    return subprocess.run([sys.executable, "-m", "gateway", "profiles", *arguments], capture_output=True, text=True, cwd=cwd, timeout=60,
                          check=False, env=environment, input=given)  # fmt: skip
