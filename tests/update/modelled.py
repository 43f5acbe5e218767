"""A modelled machine: the real link and the real state on disk, and a service whose versions are numbers in a table."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gateway.update import finishing, service
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout
from gateway.update.report import RunningGateway
from gateway.update.trial import SlotTrial, read_trial, write_trial
from tests.update.test_report import BEFORE, running

OLD, NEW = "1.0", "1.1"


class Killed(BaseException):
    """Stands for a SIGKILL: nothing catches it."""


class ModelledMachine:
    """Two slots, `a` with the old and `b` with the new version. What the new version does is its `kind`.

    `kill_at` counts the operations that change something; the one of that number is not done, and everything ends.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, kind: str = "good") -> None:
        self.layout = UpdateLayout(root)
        self.kind, self.kill_at, self.operations = kind, 0, 0
        self.runs: str | None = OLD
        self.restarts, self.units, self.now_s = 0, "a", 0.0
        self.said: list[str] = []
        for name in ("a", "b"):
            (self.layout.slot(name) / "bin").mkdir(parents=True)
        self.layout.state.mkdir(parents=True)
        self.layout.prefix.symlink_to("street-gateway.slots/a")
        self.layout.set_proven("a")
        self._patch(monkeypatch)
        write_trial(self.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))

    def _patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def counted(real: Callable[..., object]) -> Callable[..., object]:
            def operation(*arguments: object) -> object:
                self.operations += 1
                if self.operations == self.kill_at:
                    raise Killed
                return real(*arguments)

            return operation

        monkeypatch.setattr(finishing, "write_trial", counted(write_trial))
        monkeypatch.setattr(finishing, "install_units", counted(self._install_units))
        monkeypatch.setattr(service, "restart", counted(self._restart))
        monkeypatch.setattr(service, "ask_state", self._ask_state)
        monkeypatch.setattr(UpdateLayout, "point", counted(UpdateLayout.point))
        monkeypatch.setattr(UpdateLayout, "set_proven", counted(UpdateLayout.set_proven))
        monkeypatch.setattr("gateway.update.finishing.time.sleep", self._sleep)
        monkeypatch.setattr("gateway.update.finishing.time.monotonic", lambda: self.now_s)

    def _install_units(self, _: UpdateLayout, name: str) -> None:
        if name == "b" and self.kind == "bad units":
            raise UpdateError("the units can't be installed", "le unità non si possono installare")
        self.units = name

    def _restart(self) -> bool:
        self.restarts += 1
        self.runs = {"a": OLD, "b": None if self.kind == "ends" else NEW}[self.layout.current()]
        return self.runs is not None

    def _ask_state(self, _: Path) -> RunningGateway | None:
        if self.runs is None or (self.runs == NEW and self.kind == "mute"):
            return None
        blind = self.runs == NEW and self.kind == "blind"
        return msgspec.structs.replace(running(self.runs, state="silent" if blind else "answers"), up_s=1000)

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def finish(self) -> SlotTrial | None:
        return finishing.finish(self.layout, Path("socket"), finishing.TrialTimes(), lambda en, _: self.said.append(en))

    def trial(self) -> SlotTrial:
        found = read_trial(self.layout.state)
        assert found is not None
        return found
