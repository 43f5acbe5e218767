"""A device with a bootloader, as a model without any protocol: what it has, and what becomes of that when its power fails."""

from collections import Counter
from typing import Literal

from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, Resumption, TransferLost
from firmware_tools.flash.record import UpdateRecord

CHUNKS = 6
IMAGE = "a" * 64

Fate = Literal["well", "not heard", "not answered", "power cut before", "power cut after", "killed before", "killed after"]
"""What happens to a call: it works; the device does not hear it; its answer is lost; its power fails; the gateway is killed."""


class Killed(Exception):
    """The gateway was killed."""


def no_answer() -> NoFirmwareAnswer:
    return NoFirmwareAnswer("no answer", "nessuna risposta")


class ModelledDevice:
    """A device whose bootloader starts its application if that is whole, and stays otherwise. `received` are the chunks so far."""

    def __init__(self, resumes: Resumption, model: str = "M1", *, erases_at_once: bool = True) -> None:
        self.resumes, self.model, self.erases_at_once = resumes, model, erases_at_once
        self.application: str | None = "1.0"
        self.in_bootloader = False
        self.received: list[int] | None = None
        self.flashed_wrong = False
        self.calls: Counter[str] = Counter()

    def identity(self) -> FirmwareIdentity:
        return FirmwareIdentity(self.model, "A", None if self.in_bootloader else self.application, "b1", self.in_bootloader)

    def power_cut(self) -> None:
        self.received = None if self.resumes != "any" else self.received
        self.in_bootloader = self.application is None

    def begin(self, resume_at: int) -> int:
        if not self.in_bootloader:
            raise no_answer()
        if self.resumes == "any" and self.received is not None:
            return min(resume_at, len(self.received))
        if self.resumes == "exact" and self.received is not None and resume_at in (len(self.received), len(self.received) - 1):
            return resume_at
        if self.erases_at_once:
            self.application = None
        self.received = []
        return 0

    def send(self, number: int) -> None:
        if not self.in_bootloader or self.received is None:
            raise TransferLost("no transfer", "nessun trasferimento")
        self.application = None
        if self.resumes == "any":
            del self.received[number:]
        elif number == len(self.received) - 1:
            return  # a repeated chunk, whose answer was lost
        if number != len(self.received):
            self.received = None
            raise TransferLost("another chunk is due", "manca un altro blocco")
        self.received.append(number)

    def finish(self) -> None:
        if not self.in_bootloader:
            raise no_answer()
        if self.received != list(range(CHUNKS)):
            self.received = None
            raise TransferLost("the check sum is wrong", "la somma di controllo è errata")
        self.application, self.in_bootloader, self.received = "2.0", False, None

    def call(self, kind: str, number: int) -> FirmwareIdentity | int | None:
        self.calls[kind] += 1
        if kind == "probe":
            return self.identity()
        if self.model != "M1" and kind in ("enter", "begin", "send"):
            self.flashed_wrong = True
            raise ImageRefused("for another model", "per un altro modello")
        if kind == "enter":
            self.in_bootloader = True
        elif kind == "begin":
            return self.begin(number)
        elif kind == "send":
            self.send(number)
        else:
            self.finish()
        return None

    def suffer(self, fate: Fate, kind: str, number: int) -> FirmwareIdentity | int | None:
        """Do a call with a fate."""
        if fate == "killed before":
            raise Killed
        if fate == "not heard":
            raise no_answer()
        if fate == "power cut before":
            self.power_cut()
        answer = self.call(kind, number)
        if fate == "killed after":
            raise Killed
        if fate == "power cut after":
            self.power_cut()
            raise no_answer()
        if fate == "not answered":
            raise no_answer()
        return answer


def new_record(**changes: object) -> UpdateRecord:
    """Return the record of an update that begins."""
    about: dict[str, object] = {
        "device": "relay-1", "line": "street", "by": "tests", "began_ms": 0, "image": IMAGE, "name": "f.bin", "size_bytes": 600,
        "chunks": CHUNKS, "model": "M1", "hardware": ("A",), "to_version": "2.0",
    }  # fmt: skip
    return UpdateRecord(**(about | changes))  # type: ignore[arg-type]
