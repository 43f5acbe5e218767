"""The gateway under libfaketime: it reads a false time of day and a true monotonic clock, whichever of its parts reads them.

Without `--faketime`, `under_test.py` replaces the functions of `gateway/host/clock.py`.
"""

from pathlib import Path

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


def command(folder: Path) -> list[str]:
    """Return the beginning of a command that runs a program in the folder with the time of day that `set_clock` sets there."""
    assert _LIBRARIES, "libfaketime is not installed: run .ci/servers"
    settings = {
        "FAKETIME_TIMESTAMP_FILE": folder / "faketime",
        "FAKETIME_NO_CACHE": 1,
        "FAKETIME_DONT_FAKE_MONOTONIC": 1,
        "NO_FAKE_STAT": 1,
        "LD_PRELOAD": _LIBRARIES[0],
    }
    return ["env", *(f"{name}={value}" for name, value in settings.items())]


def set_clock(folder: Path, wrong_ms: int) -> None:
    """Set the error of the time of day."""
    (folder / "faketime.new").write_text(f"{wrong_ms / 1000:+.3f}s")
    (folder / "faketime.new").rename(folder / "faketime")
