"""The gateway under libfaketime: it reads a false time of day, a true monotonic clock, and a flag of the kernel that faults set.

Needs Debian's package libfaketime and a C compiler. Without `--faketime`, `under_test.py` replaces the functions that read the clocks.
"""

import subprocess
from pathlib import Path

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

_SHIM = """
#include <stdio.h>
#include <sys/timex.h>
int adjtimex(struct timex *t) {
    int wrong_ms = 0, synchronised = 0;
    FILE *file = fopen("clock", "r");
    if (file != NULL) {
        if (fscanf(file, "%d %d", &wrong_ms, &synchronised) != 2) synchronised = 0;
        fclose(file);
    }
    (void) t;
    return synchronised ? TIME_OK : TIME_ERROR;
}
"""
"""The kernel's flag, from the file that `Rig.set_clock` writes into the folder of the process."""


def command(folder: Path) -> list[str]:
    """Return the beginning of a command that runs a program in the folder with the clock that `set_clock` sets there."""
    assert _LIBRARIES, "libfaketime is not installed (apt-get install libfaketime)"
    source, shim = folder / "adjtimex.c", folder / "adjtimex.so"
    source.write_text(_SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(shim), str(source)], check=True)
    settings = {
        "FAKETIME_TIMESTAMP_FILE": folder / "faketime",
        "FAKETIME_NO_CACHE": 1,
        "FAKETIME_DONT_FAKE_MONOTONIC": 1,
        "NO_FAKE_STAT": 1,
        "LD_PRELOAD": f"{shim} {_LIBRARIES[0]}",
    }
    return ["env", *(f"{name}={value}" for name, value in settings.items())]


def set_clock(folder: Path, wrong_ms: int) -> None:
    """Set the error of the time of day."""
    (folder / "faketime.new").write_text(f"{wrong_ms / 1000:+g}s")
    (folder / "faketime.new").rename(folder / "faketime")
