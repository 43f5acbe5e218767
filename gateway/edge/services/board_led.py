"""The LEDs of the board, as the kernel shows them: a trigger decides when one shines, or nobody but who writes its brightness.

Linux, Documentation/leds/leds-class.rst. A Raspberry Pi names its LEDs ACT and PWR, or led0 and led1 in older kernels; other boards
name them `device:colour:function`.
"""

import re
from pathlib import Path
from typing import NamedTuple

LEDS = "sys/class/leds"

_NAMES = ("ACT", "led0", "PWR", "led1")
_FUNCTIONS = ("activity", "status", "indicator", "heartbeat", "power")
"""Of LEDs for people, the best first (Linux, include/dt-bindings/leds/common.h). Those of network sockets and keyboards have others."""

_CHOSEN = re.compile(r"\[(.+)\]")
"""The trigger in use, among all that are possible."""

_NO_TRIGGER = "none"


class ShownLed(NamedTuple):
    """What an LED showed: its trigger, and its brightness, which matters without a trigger."""

    trigger: str
    brightness: str


class BoardLed:
    """One LED. Every method raises OSError if the kernel, the sandbox or the rights of files do not allow it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """Its name."""
        return self._folder.name

    def shown(self) -> ShownLed:
        """Return what it shows."""
        chosen = _CHOSEN.search(self._read("trigger"))
        return ShownLed(chosen[1] if chosen else _NO_TRIGGER, self._read("brightness"))

    def take(self) -> None:
        """Take it away from its trigger."""
        self._write("trigger", _NO_TRIGGER)

    def switch(self, *, on: bool) -> None:
        """Switch it on or off."""
        self._write("brightness", self._read("max_brightness") if on else "0")

    def show(self, before: ShownLed) -> None:
        """Return to what it showed before."""
        self._write("trigger", before.trigger)
        if before.trigger == _NO_TRIGGER:
            self._write("brightness", before.brightness)

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="ascii", errors="replace").strip()

    def _write(self, name: str, value: str) -> None:
        (self._folder / name).write_text(value, encoding="ascii")


def find_led(root: Path) -> BoardLed | None:
    """Return the LED by which a person finds the machine, or None if the board has none."""
    ranked = sorted((rank, path) for path in (root / LEDS).glob("*") if (rank := _rank(path.name)) is not None)
    return BoardLed(ranked[0][1]) if ranked else None


def led_named(root: Path, name: str) -> BoardLed:
    """Return the LED of a name."""
    return BoardLed(root / LEDS / name)


def _rank(name: str) -> int | None:
    if name in _NAMES:
        return _NAMES.index(name)
    function = name.rpartition(":")[2]
    return len(_NAMES) + _FUNCTIONS.index(function) if ":" in name and function in _FUNCTIONS else None
