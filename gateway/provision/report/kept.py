"""The reports that a gateway keeps: one file each in its folder `state`, named by their times."""

from pathlib import Path

from gateway.host.files import heir_of, write_whole

FOLDER = "reports"

_MOST = 50
"""An installation is visited a few times a year."""


def keep_report(state: Path, content: bytes, made: str) -> Path:
    """Write the file of a report, and delete the oldest beyond the limit. Return its path.

    Raises:
        OSError: It can't be written.
    """
    folder = state / FOLDER
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    path = folder / f"{made.replace(':', '').replace('-', '')}.json"
    write_whole(path, content, mode=0o640, owner=heir_of(state))
    for old in kept_reports(state)[_MOST:]:
        old.unlink(missing_ok=True)
    return path


def kept_reports(state: Path) -> list[Path]:
    """Return the files of the reports, the newest first."""
    return sorted((state / FOLDER).glob("[0-9]*.json"), reverse=True)
