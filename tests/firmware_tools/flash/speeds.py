"""How fast devices are updated beside the polls of their line, and what that costs the line's other devices.

`python -m tests.firmware_tools.flash.speeds [--json] [--driver NAME] [--share PERCENT] [--bytes N]`

Each driver updates a simulated device at a real line's speed twice: with the line for itself, which says how fast it can be, and beside
four meters that are polled each second. A driver passes if the device runs the new version, the meters keep 80 % of their rate, and the
transfer reaches 85 % of what its share of the line allows. One whose bootloader takes any byte for its own has its line alone.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from firmware_tools.drivers.factory import make_driver
from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.flasher import UpdateSurroundings
from firmware_tools.flash.line_use import FreeLine, LentLine, LineUse
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.session import WantedUpdate, flash
from tests.firmware_tools.flash.updating_lines import CASES, DEVICE, NEW, DriverCase, UpdatingLine, polled, updating_line
from tests.steady_loop import SteadyLoop

KEPT_LEAST, REACHED_LEAST = 0.80, 0.85
_BASELINE_S = 20.0


class Speed(NamedTuple):
    """What was measured of one driver; rates of readings are per second."""

    driver: str
    baud: int
    share: float
    version: str | None
    alone_bytes_per_s: float
    bytes_per_s: float
    reached: float
    readings_before: float
    readings_meanwhile: float
    kept: float

    @property
    def passes(self) -> bool:
        """Whether the driver is fast enough, and the others as well."""
        return self.version == NEW and self.kept >= KEPT_LEAST and self.reached >= REACHED_LEAST


class _Watch:
    """Measures how long the device was sent chunks, and how many bytes it had at the beginning and the end."""

    def __init__(self, line: UpdatingLine) -> None:
        self._line = line
        self.seen: list[tuple[float, int]] = []

    def show(self, view: UpdateView) -> None:
        if view.phase in ("sending", "finishing") and (not self.seen or self.seen[-1][1] != view.done_bytes):
            self.seen.append((asyncio.get_running_loop().time(), view.done_bytes))

    @property
    def bytes_per_s(self) -> float:
        (from_s, from_bytes), (to_s, to_bytes) = self.seen[0], self.seen[-1]
        return (to_bytes - from_bytes) / (to_s - from_s)


async def _update(line: UpdatingLine, use: LineUse, folder: Path, size_bytes: int) -> tuple[str | None, float]:
    """Update the device, and return the version read back and the bytes a second of the transfer."""
    watch = _Watch(line)
    driver = make_driver(line.device, line.line, line.devices[0].profile)
    name = line.device.profile.firmware.driver if line.device.profile.firmware is not None else ""
    wanted = WantedUpdate(DEVICE, "street", line.case.firmware(size_bytes), line.case.release(name), "tests", reinstall=True)
    around = UpdateSurroundings(use, UpdateFiles(folder), lambda: 0, watch.show)
    outcome = await flash(wanted, driver, around, AuditFile(folder), Circumstances(), asyncio.Event())
    return outcome.record.read_back, watch.bytes_per_s


async def measure(case: DriverCase, share: float, size_bytes: int, *, every_s: float = 1.0, baseline_s: float = _BASELINE_S) -> Speed:
    """Measure one driver."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with updating_line(case, folder, every_s=every_s) as line:
            _, alone = await _update(line, FreeLine(), folder, size_bytes)
        async with updating_line(case, folder, every_s=every_s) as line, polled(line) as owner:
            await asyncio.sleep(baseline_s / 4)
            loop = asyncio.get_running_loop()
            began_s, begun = loop.time(), line.readings
            await asyncio.sleep(baseline_s)
            before = (line.readings - begun) / (loop.time() - began_s)
            began_s, begun = loop.time(), line.readings
            version, bytes_per_s = await _update(line, LentLine(lambda: owner, DEVICE, share), folder, size_bytes)
            meanwhile = (line.readings - begun) / (loop.time() - began_s)
    allowed = share if case.shares_line else 1.0
    return Speed(
        case.name, case.baud, allowed, version, alone, bytes_per_s, bytes_per_s / (allowed * alone), before, meanwhile,
        meanwhile / before if before else 1.0,
    )  # fmt: skip


def table(found: list[Speed]) -> str:
    """Return what was measured, as text."""
    head = (
        f"{'driver':<12} {'baud':>6} {'share':>6} {'version':>8} {'alone B/s':>10} {'B/s':>8} {'of share':>9} {'others/s':>15} {'kept':>6}"
    )
    rows = [
        f"{one.driver:<12} {one.baud:>6} {one.share:>6.0%} {one.version or '-':>8} {one.alone_bytes_per_s:>10.0f} {one.bytes_per_s:>8.0f}"
        f" {one.reached:>9.0%} {one.readings_before:>6.2f} -> {one.readings_meanwhile:>5.2f} {one.kept:>6.0%}"
        + ("" if one.passes else "  FAILS")
        for one in found
    ]
    return "\n".join((head, *rows))


def main() -> None:
    """Measure all drivers, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--driver", choices=[case.name for case in CASES])
    parser.add_argument("--share", type=int, default=20, help="percent of the line")
    parser.add_argument("--bytes", type=int, default=8000, help="size of the image")
    parser.add_argument("--every", type=float, default=1.0, help="interval of the meters' polls in seconds; 0: as often as possible")
    chosen = parser.parse_args()
    found = []
    for case in CASES:
        if chosen.driver in (None, case.name):
            with asyncio.Runner(loop_factory=SteadyLoop) as runner:
                found.append(runner.run(measure(case, chosen.share / 100, chosen.bytes, every_s=chosen.every)))
    print(json.dumps([one._asdict() | {"passes": one.passes} for one in found], indent=1) if chosen.json else table(found))
    sys.exit(0 if all(one.passes for one in found) else 1)


if __name__ == "__main__":
    main()
