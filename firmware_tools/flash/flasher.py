"""Carries out an update: asks it what to do, lets the driver do it while the line is free, and stores what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from firmware_tools.drivers.port import FirmwareDriver, FirmwareError, NoFirmwareAnswer
from firmware_tools.flash.line_use import LineUse
from firmware_tools.flash.progress import TransferRate, UpdateView, view_of
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.update import UpdateStep, UpdateSteps
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.port import WireError
from gateway.host.stopping import wait_for_stop

_STORE_S = 1.0
"""Progress of a device that knows its own place is stored so often."""

OnProgress = Callable[[UpdateView], None]


class UpdateSurroundings(NamedTuple):
    """What an update works with: its line, the files of its state, the clock (milliseconds since 1970), and who follows it."""

    line: LineUse
    files: UpdateFiles
    now_ms: Callable[[], int]
    on_progress: OnProgress


class Flasher:
    """Updates one device with one image."""

    def __init__(self, update: UpdateSteps, driver: FirmwareDriver, image: FirmwareImage, around: UpdateSurroundings) -> None:
        self._update, self._driver, self._image, self._around = update, driver, image, around
        self._chunks: Sequence[bytes] = driver.chunks(image)
        self._ends = _ends(self._chunks)
        self._rate = TransferRate()
        self._stored: UpdateRecord | None = None
        self._stored_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Carry the update out until it has ended or was interrupted, or until told to stop between two calls of the driver.

        Raises:
            OSError: the state can't be stored; the device is left as it is.
        """
        try:
            with self._around.line.reserved():
                await self._store()
                while not stop.is_set() and (step := self._update.step()).kind != "end":
                    if step.kind == "wait":
                        self._report()
                        await wait_for_stop(stop, step.for_s)
                        self._update.waited()
                    else:
                        await self._turn(step, stop)
        finally:
            await self._store()

    async def _turn(self, step: UpdateStep, stop: asyncio.Event) -> None:
        """Have the line for a turn, and do what there is time for."""
        try:
            async with self._around.line.turn() as more:
                try:
                    await self._do(step)
                    while (step := self._update.step()).kind == "send" and more() and not stop.is_set():
                        await self._store()
                        await self._do(step)
                finally:
                    self._driver.close()
        except WireError as error:
            self._update.failed(NoFirmwareAnswer(str(error), error.italian))
        except TimeoutError:
            self._update.failed(NoFirmwareAnswer("the line was needed back", "la linea serviva di nuovo"))
        await self._store()

    async def _do(self, step: UpdateStep) -> None:
        try:
            await self._call(step)
        except FirmwareError as error:
            self._update.failed(error)
        self._report()

    async def _call(self, step: UpdateStep) -> None:
        """Call the driver, and say what came of it."""
        update, driver = self._update, self._driver
        match step.kind:
            case "probe":
                update.probed(await driver.probe())
            case "enter":
                await driver.enter()
                update.entered()
            case "begin":
                update.begun(await driver.begin(self._image, step.number))
                self._rate.restart(asyncio.get_running_loop().time(), self._done_bytes)
            case "send":
                await driver.send(step.number, self._chunks[step.number])
                update.sent()
                self._rate.reached(asyncio.get_running_loop().time(), self._done_bytes)
            case _:
                await driver.finish()
                update.finished()

    @property
    def _done_bytes(self) -> int:
        """How much of the image the device has."""
        record = self._update.record
        if record.phase == "sending":
            return self._ends[record.chunk]
        return self._ends[-1] if record.phase in ("finishing", "reading_back", "succeeded") else 0

    @property
    def view(self) -> UpdateView:
        """How far the update is."""
        return view_of(self._update.record, self._done_bytes, self._ends[-1], self._rate.bytes_per_s)

    def _report(self) -> None:
        self._around.on_progress(self.view)

    async def _store(self) -> None:
        """Store the record if it changed; the chunk alone as often as the transfer needs it to be resumed."""
        record, now_s = self._update.record, asyncio.get_running_loop().time()
        if self._stored is not None and _same_but_chunk(record, self._stored):
            resumes = self._driver.resumes
            if record.chunk == self._stored.chunk or resumes == "never" or (resumes == "any" and now_s - self._stored_s < _STORE_S):
                return
        record.changed_ms = self._around.now_ms()
        self._stored, self._stored_s = msgspec.structs.replace(record), now_s
        await asyncio.to_thread(self._around.files.save, self._stored)


def _ends(chunks: Sequence[bytes]) -> list[int]:
    """Return how many bytes were sent before each chunk, and after the last."""
    ends = [0]
    for chunk in chunks:
        ends.append(ends[-1] + len(chunk))
    return ends


def _same_but_chunk(one: UpdateRecord, other: UpdateRecord) -> bool:
    return msgspec.structs.replace(one, chunk=0, changed_ms=0) == msgspec.structs.replace(other, chunk=0, changed_ms=0)
