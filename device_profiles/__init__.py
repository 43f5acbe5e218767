"""One YAML file a product, in a folder a kind; here only where they are."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
"""The folder that holds the library."""


def paths() -> dict[str, Path]:
    """Give every profile of the library: its name (the file's stem) and its file."""
    return {path.stem: path for path in sorted(FOLDER.glob("*/*.yaml"))}
