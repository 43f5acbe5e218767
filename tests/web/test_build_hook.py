"""The build hook: libraries are fetched once for a lock file, and pages are built again when their sources change."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.web import build_hook
from gateway.web.built_page import STATIC
from tests.web.front import FRONT


class Build:
    """A source tree; npm and Node are recorded, and leave what the real ones would."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.web, self.did = root / "gateway" / "web", list[str]()
        self.front = self.web / "front"
        (self.front / "src").mkdir(parents=True)
        for name in ("build.mjs", "package-lock.json", "src/main.ts"):
            (self.front / name).write_text("")
        monkeypatch.setattr(build_hook, "_npm", self._npm)
        monkeypatch.setattr(build_hook, "_node", self._node)
        hook: Any = build_hook.WebPages
        self.hook = hook(str(root), {}, None, None, str(root), "wheel")

    def _npm(self, folder: Path, *arguments: str) -> None:
        (folder / "node_modules").mkdir(exist_ok=True)
        self.did.append("fetched for use" if "--omit=dev" in arguments else "fetched with what checks")

    def _node(self, folder: Path, *arguments: str) -> None:
        (folder.parent / "static").mkdir(exist_ok=True)
        self.did.append(f"ran {arguments[0]}")

    def run(self) -> list[str]:
        """Run the hook; return what it did."""
        self.did.clear()
        self.hook.initialize("standard", dict[str, Any]())
        return list(self.did)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    return Build(tmp_path, monkeypatch)


def test_pages_are_built_once_for_a_state_of_the_sources(made: Build) -> None:
    assert made.run() == ["fetched for use", "ran build.mjs"]
    assert made.run() == []
    (made.front / "src" / "main.ts").write_text("changed")
    assert made.run() == ["ran build.mjs"]
    (made.front / "src" / "another.ts").write_text("")
    assert made.run() == ["ran build.mjs"]


def test_another_lock_file_fetches_and_builds_again(made: Build) -> None:
    made.run()
    (made.front / "package-lock.json").write_text("another")
    assert made.run() == ["fetched for use", "ran build.mjs"]
    assert made.run() == []


def test_what_checks_the_pages_is_fetched_when_it_is_needed_and_serves_the_build_too(made: Build) -> None:
    made.run()
    made.did.clear()
    build_hook.build(made.web, for_checks=True)
    assert made.did == ["fetched with what checks"]
    assert made.run() == []


def test_the_failure_of_a_program_is_told_with_its_output(tmp_path: Path) -> None:
    (tmp_path / "front" / "node_modules").mkdir(parents=True)
    (tmp_path / "front" / "src").mkdir()
    (tmp_path / "front" / "package-lock.json").write_text("{}")
    (tmp_path / "front" / "build.mjs").write_text("throw new Error('no such colour')")
    (tmp_path / "front" / "node_modules" / ".fetched").write_text(build_hook._hash_of([tmp_path / "front" / "package-lock.json"]))
    with pytest.raises(RuntimeError, match=r"(?s)the pages could not be built.*no such colour"):
        build_hook.build(tmp_path, for_checks=False)


def test_every_library_has_a_hash_in_the_lock_file_and_no_address() -> None:
    locked = json.loads((FRONT / "package-lock.json").read_text())["packages"]
    libraries = {name: package for name, package in locked.items() if name}
    assert {"node_modules/leaflet", "node_modules/preact", "node_modules/uplot"} <= {
        name for name, package in libraries.items() if not package.get("dev")
    }
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in libraries.values())


def test_the_licences_of_the_libraries_are_with_the_pages() -> None:
    licences = (STATIC / "licences.txt").read_text()
    assert licences.count("Copyright") >= 3
    assert all(f"{name}\n" in licences for name in ("leaflet", "preact", "uplot"))
