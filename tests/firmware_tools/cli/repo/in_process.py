"""Runs the command `firmware` in the process of the test."""

import subprocess
from pathlib import Path

from click.testing import CliRunner

from firmware_tools.cli import main


def firmware(*arguments: str | Path, given: str | None = None, italian: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a command; what it does not catch is raised."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(
        main,
        words,
        input=given,
        env={"LANG": "it_IT.UTF-8" if italian else "C", "LC_ALL": None, "LC_MESSAGES": None},
        catch_exceptions=False,
    )
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)
