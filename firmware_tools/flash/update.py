"""The update of one device, step by step: what to do next, from what is stored and what the device answered. Pure.

What is stored may be older than what the device has: by one chunk, or, after a power cut, by as much as the device forgot. So a run begins
with the question what the device is, and believes the device where the two differ.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from firmware_tools.drivers.port import FirmwareError, FirmwareIdentity, FirmwareRemedy
from firmware_tools.flash.record import Reason, UpdateRecord

IdentityCheck = Callable[[FirmwareIdentity], Reason | None]
"""Returns why an update may not begin on a device; None if it may."""

RESTARTS_MOST = 5
"""A device that loses the transfer so often has another problem."""

_CHECK_PATIENCE_S = 2.0
"""How long a device that nothing was done to may not answer: the update is not begun."""

_SEND_AGAIN = 2
"""So often a chunk is sent again before the device is asked anew what it is."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 30.0


class UpdateStep(NamedTuple):
    """What to do now: a call of the driver with the number of a chunk, a wait, or nothing more."""

    kind: Literal["probe", "enter", "begin", "send", "finish", "wait", "end"]
    number: int = 0
    for_s: float = 0.0


class UpdateSteps:
    """Says what to do, and is told what came of it. `record` is stored before each step.

    Args:
        record: What is known of the update.
        check: Whether it may begin.
        patience_s: How long a device that the update has touched may not answer before the update is interrupted.
    """

    def __init__(self, record: UpdateRecord, check: IdentityCheck, patience_s: float = 300.0) -> None:
        self.record = record
        self.identity: FirmwareIdentity | None = None
        """What the device said last; None if it must be asked."""
        self.refused = self.interrupted = self.unchanged = False
        """The update was not begun; it goes on later; the device had the version already. The record has the reason of the first two."""
        self._check, self._patience_s = check, patience_s
        self._begun = False
        self._failures, self._waited_s, self._wait_s = 0, 0.0, 0.0
        record.paused, record.restarts, record.reason = False, 0, None

    def step(self) -> UpdateStep:
        """Return what to do now."""
        record, identity = self.record, self.identity
        if record.ended or self.interrupted:
            return UpdateStep("end")
        if self._wait_s > 0:
            return UpdateStep("wait", for_s=self._wait_s)
        if identity is None or record.phase == "checking":
            return UpdateStep("probe")
        if record.phase == "entering":
            return UpdateStep("begin", 0) if identity.in_bootloader else UpdateStep("enter")
        if record.phase == "finishing":
            return UpdateStep("finish")
        return UpdateStep("send", record.chunk) if self._begun else UpdateStep("begin", record.chunk)

    def waited(self) -> None:
        """The wait is over."""
        self._wait_s = 0.0

    def probed(self, identity: FirmwareIdentity) -> None:
        """Compare what the device is with what it should be by now."""
        record, self.identity = self.record, identity
        wrong = other_device(record, identity)
        if record.phase == "checking":
            self._checked(identity, wrong)
        elif wrong is not None:
            self._fail(wrong)
        elif not identity.in_bootloader:
            self._runs(identity)
        elif record.phase == "finishing":
            self._restart("sending", max(0, record.chunks - 1))
        elif record.phase == "reading_back":
            self._restart("sending")

    def entered(self) -> None:
        """The bootloader runs."""
        self.identity = msgspec.structs.replace(self.identity or FirmwareIdentity(), in_bootloader=True)

    def begun(self, number: int) -> None:
        """The device expects a chunk."""
        self.record.phase, self.record.chunk, self._begun = "sending", min(number, self.record.chunks - 1), True

    def sent(self) -> None:
        """The device has the chunk."""
        record, self._failures, self._waited_s = self.record, 0, 0.0
        record.chunk += 1
        if record.chunk >= record.chunks:
            record.phase = "finishing"

    def finished(self) -> None:
        """The device has verified what it received, and was started."""
        self.record.phase, self.identity, self._begun = "reading_back", None, False

    def failed(self, error: FirmwareError) -> None:
        """A step failed."""
        reason = Reason(error.code, str(error), error.italian)
        if error.remedy is FirmwareRemedy.NONE:
            self._fail(reason)
            return
        self.record.reason, self._failures = reason, self._failures + 1
        if self.record.phase == "sending" and self._begun and error.remedy is FirmwareRemedy.RETRY and self._failures <= _SEND_AGAIN:
            return
        self.identity, self._begun = None, False
        if error.remedy is FirmwareRemedy.RESTART and self.record.phase in ("sending", "finishing"):
            self._restart("sending")
        self._wait()

    def _wait(self) -> None:
        """Wait, each time longer; give up for now when the patience is at its end."""
        touched = self.record.touched
        if self._waited_s >= (self._patience_s if touched else _CHECK_PATIENCE_S):
            if touched:
                self.interrupted = True
            else:
                self._refuse(self.record.reason)
            return
        self._wait_s = min(_FIRST_WAIT_S * 2 ** min(self._failures, 10), _LONGEST_WAIT_S)
        self._waited_s += self._wait_s

    def _checked(self, identity: FirmwareIdentity, wrong: Reason | None) -> None:
        record, reason = self.record, wrong or self._check(identity)
        if reason is not None:
            self._refuse(reason)
        elif not identity.in_bootloader and identity.version is not None and identity.version == record.to_version and not record.reinstall:
            self.unchanged = True
            self._succeed(identity)
        else:
            record.from_version, record.phase = identity.version, "entering"

    def _runs(self, identity: FirmwareIdentity) -> None:
        """The device runs a firmware, not its bootloader."""
        record, version = self.record, identity.version
        is_new = version is not None and version == record.to_version
        if record.phase == "reading_back":
            if is_new or record.to_version is None or version is None:
                self._succeed(identity)
            else:
                self._fail(_wrong_version(record, version))
        elif is_new and record.from_version != record.to_version:
            self._succeed(identity)  # it started by itself after the last chunk
        elif record.phase != "entering":
            self._restart("entering")

    def _restart(self, phase: Literal["entering", "sending"], chunk: int = 0) -> None:
        """Begin to send again, unless that happens too often."""
        record = self.record
        record.phase, record.chunk, self._begun = phase, chunk, False
        record.restarts += 1
        if record.restarts > RESTARTS_MOST:
            self.interrupted = True
            record.reason = record.reason or _LOST

    def _refuse(self, reason: Reason | None) -> None:
        self.refused = True
        self._fail(reason)

    def _fail(self, reason: Reason | None) -> None:
        runs = self.identity is not None and not self.identity.in_bootloader
        self.record.stuck = self.record.touched and not runs
        self.record.phase, self.record.reason = "failed", reason

    def _succeed(self, identity: FirmwareIdentity) -> None:
        record = self.record
        record.phase, record.read_back, record.reason = "succeeded", identity.version, None


_LOST = Reason(
    "transfer_lost",
    f"the device lost the transfer {RESTARTS_MOST} times; check its power and its line, then update it again",
    f"il dispositivo ha perso il trasferimento {RESTARTS_MOST} volte; controlla alimentazione e linea, poi ripeti l'aggiornamento",
)


def _wrong_version(record: UpdateRecord, version: str) -> Reason:
    return Reason(
        "version",
        f"the device runs version {version} after the update, not {record.to_version}",
        f"dopo l'aggiornamento il dispositivo ha la versione {version}, non {record.to_version}",
    )


def other_device(record: UpdateRecord, identity: FirmwareIdentity) -> Reason | None:
    """Return why the image is not for a device, by what the device says it is; None if it is."""
    if record.model is not None and identity.model is not None and identity.model != record.model:
        return Reason(
            "wrong_model",
            f"the image is for {record.model}, and the device is a {identity.model}",
            f"l'immagine è per {record.model}, e il dispositivo è un {identity.model}",
        )
    if record.hardware and identity.hardware is not None and identity.hardware not in record.hardware:
        wanted = ", ".join(record.hardware)
        return Reason(
            "wrong_hardware",
            f"the image is for hardware {wanted}, and the device has {identity.hardware}",
            f"l'immagine è per l'hardware {wanted}, e il dispositivo ha {identity.hardware}",
        )
    return None
