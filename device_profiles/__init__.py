"""Device profiles: one YAML file per product, in a folder per kind. The only code is the list of their paths."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
"""The folder of the library."""


def paths() -> dict[str, Path]:
    """Return the file of each profile by the profile's name, the stem of the file."""
    return {path.stem: path for path in sorted(FOLDER.glob("*/*.yaml"))}
