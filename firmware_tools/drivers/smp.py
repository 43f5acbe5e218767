"""MCUboot's serial recovery: the Simple Management Protocol (SMP) on a serial line.

A request is lines of text with a checksum, and other lines are skipped, so other devices of the line may be polled between two chunks. The
device says which byte it wants next, and verifies the image, with its signature, before it says that it has one.

Source: MCUboot docs/serial_recovery.md and boot/boot_serial/src/boot_serial.c; Zephyr, SMP protocol specification.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from firmware_tools.drivers.application import AGAIN_S, Application
from firmware_tools.drivers.device_line import TRIES, DeviceLine
from firmware_tools.drivers.frames.smp_frames import (
    IMAGE_GROUP,
    IMAGE_STATE,
    IMAGE_UPLOAD,
    OS_GROUP,
    READ,
    RESET,
    WRITE,
    SmpLines,
    SmpMessage,
    lines,
)
from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, Resumption, TransferLost
from firmware_tools.drivers.raw_line import RawLine
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.mcuboot import mcuboot_image
from gateway.model.profile import FirmwareUpdate, Profile

CHUNK_BYTES = 384
"""With CBOR and header, a request fits the 512 bytes that MCUboot received at most before it had a setting for it (default today: 1024).
It is a multiple of what any flash memory writes at once."""

_ANSWER_S = 2.0


class SmpDriver:
    """Updates one device by MCUboot's serial recovery; see `FirmwareDriver`."""

    shares_line = True
    resumes: Resumption = "any"

    def __init__(self, line: DeviceLine, profile: Profile, update: FirmwareUpdate) -> None:
        self._update = update
        self._application = Application(line, profile, update)
        self._raw = RawLine(line.for_bootloader(update))
        self._sequence = 0
        self._length = 0
        self.longest_call_s = 20.0 + max(update.erase, update.reboot)

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return the parts to upload.

        Raises:
            ImageRefused: the file is no image for MCUboot.
        """
        found = mcuboot_image(image.content)
        if found is None or found.size_bytes > len(image.content):
            raise ImageRefused(f"{image.name} is no image for MCUboot, or incomplete", f"{image.name} non è un'immagine MCUboot completa")
        return [image.content[at : at + CHUNK_BYTES] for at in range(0, len(image.content), CHUNK_BYTES)]

    async def probe(self) -> FirmwareIdentity:
        """Ask the application what it is; if it is silent, ask the bootloader for the version of the image that it would start."""
        self._raw.close()
        identity = await self._application.identity_if_it_runs()
        if identity is not None:
            return identity
        return FirmwareIdentity(version=await self._installed_version(), in_bootloader=True)

    async def enter(self) -> None:
        """Start the bootloader, unless it answers already."""
        if (await self.probe()).in_bootloader:
            return
        await self._application.start_bootloader()
        self._application.close()
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._update.reboot
        while True:
            try:
                await self._installed_version(tries=1)
            except NoFirmwareAnswer:
                if loop.time() > give_up_s:
                    raise
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Go on anywhere: the device says with the first chunk whether that is the one that it wants. It erases with chunk 0."""
        self._application.close()
        chunks = self.chunks(image)
        self._length = len(image.content)
        return min(resume_at, len(chunks))

    async def send(self, number: int, chunk: bytes) -> None:
        """Upload a part; the device says which byte it wants next."""
        begin = number * CHUNK_BYTES
        content: dict[str, Any] = {"off": begin, "data": chunk}
        if number == 0:
            content = {"image": 0, "len": self._length} | content
        answer = await self._ask(WRITE, IMAGE_GROUP, IMAGE_UPLOAD, content, self._update.erase if number == 0 else _ANSWER_S)
        code, offset = answer.get("rc", 0), answer.get("off")
        if code and number == 0:
            raise ImageRefused(
                f"the bootloader refuses the image (code {code}): it is too long for its memory",
                f"il bootloader rifiuta il firmware (codice {code}): è troppo lungo per la sua memoria",
            )
        if code or not isinstance(offset, int) or offset < begin + len(chunk):
            raise TransferLost(
                f"the bootloader does not want chunk {number}: it has restarted; begin again",
                f"il bootloader non vuole il blocco {number}: si è riavviato; ricomincia da capo",
            )

    async def finish(self) -> None:
        """Let the bootloader verify the image, restart the device, and wait until its application answers."""
        if await self._installed_version() is None:
            raise ImageRefused(
                "the bootloader finds no valid image: it is damaged, or not signed with the key of this device",
                "il bootloader non trova un'immagine valida: è danneggiata, o non firmata con la chiave di questo dispositivo",
            )
        await self._ask(WRITE, OS_GROUP, RESET, {}, _ANSWER_S)
        self._raw.close()
        await self._application.wait_until_it_runs(self._update.reboot)

    def close(self) -> None:
        """Release the wire."""
        self._raw.close()
        self._application.close()

    async def _installed_version(self, tries: int = TRIES) -> str | None:
        """Return the version of the image in the first slot; None if there is no valid one."""
        images = (await self._ask(READ, IMAGE_GROUP, IMAGE_STATE, {}, _ANSWER_S, tries)).get("images")
        for image in images if isinstance(images, list) else []:
            if isinstance(image, dict) and image.get("slot") == 0 and isinstance(image.get("version"), str):
                return str(image["version"])[:64]
        return None

    async def _ask(
        self, operation: int, group: int, command: int, content: dict[str, Any], longest_s: float, tries: int = TRIES
    ) -> dict[str, Any]:
        """Send a request until its response comes, and return what it says.

        Raises:
            NoFirmwareAnswer: none came.
        """
        for attempt in range(tries):
            self._sequence = (self._sequence + 1) % 256
            self._raw.drop_received()
            request = SmpMessage(operation, group, command, self._sequence, content)
            until_s = await self._raw.write(lines(request)) + (longest_s if attempt == 0 else _ANSWER_S)
            answer = await self._response(request, until_s)
            if answer is not None:
                return answer.content
        raise NoFirmwareAnswer("MCUboot's serial recovery does not answer", "il recupero seriale di MCUboot non risponde")

    async def _response(self, request: SmpMessage, until_s: float) -> SmpMessage | None:
        received = SmpLines()
        while data := await self._raw.read(until_s):
            for message in received.feed(data):
                if message[:4] == (request.operation + 1, *request[1:4]):
                    return message
        return None
