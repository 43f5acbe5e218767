"""A modelled machine with a site file and a repository, for the commands of updates; the interpreter of a slot is not started."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_tools.image.release import GatewayRelease
from gateway.update import updating
from tests.cli.in_process import run
from tests.firmware_tools.repository.making import Maker
from tests.update.modelled import ModelledMachine


class HandedOver(Exception):
    """Stands for the program that a command becomes."""


class CommandMachine:
    """A machine on which 1.0 runs, and a repository with 99.0; `words` are those of the program that a command became."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.model = ModelledMachine(folder, monkeypatch)
        for left in ("trial.json", "pending"):
            (self.model.layout.state / left).unlink()
        self.maker = Maker(folder, datetime.now(UTC).replace(microsecond=0))
        described = GatewayRelease("99.0", f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine())
        self.maker.add(b"archive", made=described, name="street-gateway/99.0.tar")
        self.maker.publish()
        (folder / "root.json").write_bytes(self.maker.root)
        self.site = folder / "site.yaml"
        self.write_site("")
        self.words: list[str] = []
        monkeypatch.setattr(updating, "make_slot", lambda *_: "99.0")
        monkeypatch.setattr(updating, "check_site", lambda *_: None)
        monkeypatch.setattr(os, "execv", self._execv)

    def write_site(self, more: str) -> None:
        self.site.write_text(
            f"site: s\noperator: o\ngateway: g\nuplink: {{broker: 'mqtt://127.0.0.1:1'}}\njournal: {{path: {self.folder}/journal.sqlite}}\n"
            f"firmware: {{repository: {{source: {self.maker.published}, root: {self.folder}/root.json}}{more}}}\n"
        )

    def _execv(self, _: str, words: list[str]) -> None:
        self.words = words
        raise HandedOver

    def run(self, *words: str, given: str | None = None) -> str:
        """Run a command, and return what it says; its exit code comes first."""
        name, *more = words
        try:
            done = run("update", name, str(self.site), "--root", str(self.folder), *more, given=given, environment={"LC_ALL": "C"})
        except HandedOver:
            return "handed over"
        return f"{done.returncode} {done.stdout}{done.stderr}"
