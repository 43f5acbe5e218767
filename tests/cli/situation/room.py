"""A Situation Room with three organisations, at noon of 2 November 2026, and works in Via Roma that wait for an answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.host import clock
from gateway.situation.event.content import SituationContent
from tests.situation.examples import NOW_MS, VIA_ROMA, works

Room = Callable[..., Result]
ANNA = ("--as", "publiacqua", "--by", "anna")
LUCA = ("--as", "comune", "--by", "luca")
MARIO = ("--as", "citelum", "--by", "mario")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The command; the works are already published."""
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    situation = {
        "organisations": {
            "comune": {"authority": True, "people": {"luca": "editor"}},
            "publiacqua": {"people": {"anna": "editor", "rosa": "reader"}},
            "citelum": {"people": {"mario": "editor"}},
        }
    }
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}, "situation": situation}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "centre": centre}))

    def run(command: str, *arguments: object, language: str = "C") -> Result:
        words = ["situation", command, str(tmp_path / "centre.yaml"), *map(str, arguments)]
        return CliRunner().invoke(main, words, env={"LC_ALL": language, "LANG": language})

    assert run("publish", feature_file(tmp_path, works()), *ANNA).exit_code == 0
    return run


def feature_file(folder: Path, said: SituationContent, name: str | None = "scavo-1", **draft: Any) -> Path:
    """Write a feature to a file, and return where."""
    document = {"type": "Feature", "geometry": msgspec.to_builtins(VIA_ROMA), "properties": msgspec.to_builtins(said) | draft}
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps(document | ({} if name is None else {"id": name})))
    return path


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let days go by."""
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS + round(days * 86_400_000))
