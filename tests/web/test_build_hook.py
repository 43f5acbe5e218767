"""The build hook: the page's libraries are fetched once for each lock file."""

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gateway.web.operator.app import STATIC

WEB = STATIC.parent


def hook_module() -> ModuleType:
    """Load the hook as hatchling does: from its file; it is not part of the installed package."""
    spec = importlib.util.spec_from_file_location("build_hook", WEB / "build_hook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Build:
    """A source tree with a lock file, and an npm that makes empty files."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.web, self.fetched = root / "gateway" / "web", 0
        (self.web / "npm").mkdir(parents=True)
        (self.web / "npm" / "package.json").write_text("{}")
        self.lock("one")
        self.module = hook_module()
        monkeypatch.setattr(self.module, "_npm_ci", self._fetch)
        self.hook = self.module.ConsoleAssets(str(root), {}, None, None, str(root), "wheel")

    def lock(self, content: str) -> None:
        (self.web / "npm" / "package-lock.json").write_text(content)

    def _fetch(self, folder: str) -> None:
        self.fetched += 1
        assert (Path(folder) / "package-lock.json").is_file()
        for source in self.module._FILES:
            path = Path(folder) / "node_modules" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{source} {self.fetched}")

    def run(self) -> None:
        self.hook.initialize("standard", dict[str, Any]())


def test_libraries_are_fetched_once_for_a_lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = Build(tmp_path, monkeypatch)
    build.run()
    build.run()
    assert build.fetched == 1
    assert (build.web / "static" / "vendor" / "leaflet.js").read_text() == "leaflet/dist/leaflet.js 1"
    build.lock("two")
    build.run()
    assert build.fetched == 2
    assert (build.web / "static" / "vendor" / "uplot.js").read_text() == "uplot/dist/uPlot.iife.min.js 2"


def test_every_library_that_the_page_loads_is_fetched_by_its_lock_file() -> None:
    page = (STATIC / "index.html").read_text()
    loaded = {part.split('"')[0] for part in page.split('"/static/vendor/')[1:]}
    assert loaded == {"leaflet.js", "leaflet.css", "uplot.js", "uplot.css"} <= set(hook_module()._FILES.values())
    locked = json.loads((WEB / "npm" / "package-lock.json").read_text())["packages"]
    assert {name.removeprefix("node_modules/") for name in locked if name} == {"leaflet", "uplot"}
    assert all(package["integrity"].startswith("sha512-") for name, package in locked.items() if name)


def test_the_libraries_of_this_tree_are_those_of_its_lock_file() -> None:
    assert (STATIC / "vendor" / ".lock").read_text() == hashlib.sha256((WEB / "npm" / "package-lock.json").read_bytes()).hexdigest()
