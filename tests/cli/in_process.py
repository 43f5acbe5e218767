"""Runs commands in the process of the test, where a process of their own is not the point: starting one takes most of the time."""

import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main


def run(
    *arguments: str, cwd: Path | None = None, given: str | None = None, environment: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; what it does not catch is raised. Variables of the environment that are None are absent.

    Call it in a thread where a loop runs. Colours are left out, and its folder is that of all threads while it runs.
    """
    with contextlib.chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(main, arguments, input=given, env=environment, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
