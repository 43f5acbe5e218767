"""What all devices with a bootloader have in common: modes, flash memory that outlasts a power cut, faults, and a place on a bus."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

SendLater = Callable[[bytes, float, int], None]
"""Sends bytes on the bus, after some seconds, at a speed."""


class Mode(Enum):
    """What runs on a device."""

    OFF = "off"
    STARTING = "starting"
    BOOTLOADER = "bootloader"
    APPLICATION = "application"


class UnitFaults(NamedTuple):
    """What goes wrong with one device, counted in chunks of firmware that it has accepted since it was made.

    Args:
        lost_answers: the chunks whose answer is lost, each once.
        power_cuts: the chunks after which its power fails, each once, before it answers.
        resets: the chunks after which it restarts, each once, before it answers.
        off_s: how long the power is gone.
        broken: whether new firmware does not start: the device never leaves its bootloader again by itself.
    """

    lost_answers: frozenset[int] = frozenset()
    power_cuts: frozenset[int] = frozenset()
    resets: frozenset[int] = frozenset()
    off_s: float = 0.5
    broken: bool = False


class Firmware(NamedTuple):
    """What is in a device's flash memory: the version that its application reports, and its content."""

    version: str
    content: bytes


class UpdatableUnit(ABC):
    """A device on a simulated bus. It hears all bytes that the master sends at its speed.

    `application` is what its flash memory contains; None means that no application can start.
    """

    restart_s = 0.3
    """How long it hears nothing after a reset."""

    def __init__(self, application: Firmware | None, baud: int, faults: UnitFaults) -> None:
        self.application = application
        self.mode = Mode.OFF
        self.accepted = 0
        self._baud, self._faults = baud, faults
        self._send: SendLater = lambda _data, _after_s, _baud: None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def baud(self) -> int:
        """The speed at which it sends and receives now."""
        return self._baud

    @property
    def busy(self) -> bool:
        """Whether it hears nothing, as while it starts."""
        return self.mode in (Mode.OFF, Mode.STARTING)

    def attach(self, send: SendLater) -> None:
        """Put the device on a bus and switch it on."""
        self._send = send
        self.power_on()

    @abstractmethod
    def hear(self, data: bytes) -> None:
        """Accept bytes that the master sent at the device's speed."""

    @abstractmethod
    def power_on(self) -> None:
        """Switch the device on."""

    def power_off(self) -> None:
        """Cut the device's power: what is not in flash memory is gone."""
        self.mode = Mode.OFF
        self._stop_timer()

    def start_application(self) -> None:
        """Start the application after a reset, or stay in the bootloader if there is none."""
        self._after(self.restart_s, self._run_application if self.application is not None else self.run_bootloader)

    def _run_application(self) -> None:
        self.mode = Mode.APPLICATION

    def run_bootloader(self) -> None:
        """Run the bootloader from now on."""
        self.mode = Mode.BOOTLOADER

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        """Be deaf for some seconds, then go on."""
        self.mode = Mode.STARTING
        self._later(seconds, then)

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        """Do something later, unless the device is reset before."""
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _accept_chunk(self) -> bool:
        """Count a chunk of firmware; return whether the device still answers it."""
        self.accepted += 1
        if self.accepted in self._faults.power_cuts:
            self.power_off()
            self._later(self._faults.off_s, self.power_on)
            return False
        if self.accepted in self._faults.resets:
            self.power_on()
            return False
        return self.accepted not in self._faults.lost_answers
