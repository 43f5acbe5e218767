"""Builds the node of the cluster (`server/`): a quarter of an hour of CPU time at first, seconds afterwards."""

import os
import shutil
import subprocess
from pathlib import Path

_SOURCES = Path(__file__).parent / "server"


class CantBuild(Exception):
    """A tool is missing, or the compiler failed."""


def node_program() -> Path:
    """Build the program, if its sources have changed, and return its path.

    Raises:
        CantBuild: The message says what to install.
    """
    for tool, remedy in (("cargo", "install Rust 1.94 or newer"), ("protoc", "apt-get install protobuf-compiler")):
        if shutil.which(tool) is None:
            raise CantBuild(f"{tool} is not installed: {remedy}")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or _cache())
    try:
        subprocess.run(
            ["cargo", "build", "--release"],
            cwd=_SOURCES,
            check=True,
            env=os.environ | {"CARGO_TARGET_DIR": str(target)},
        )
    except subprocess.CalledProcessError as error:
        raise CantBuild(f"the compiler failed with exit code {error.returncode}; its messages are above") from error
    return target / "release" / "cluster-node"


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "street-gateway" / "cluster-node"
