"""A device's own application, as an update sees it: what it says of itself, and how it is told to start its bootloader.

Everything is read and written through the points of the device's profile, over Modbus.
"""

import asyncio

from firmware_tools.drivers.device_line import DeviceLine, ask
from firmware_tools.drivers.port import FirmwareIdentity, NoFirmwareAnswer, UpdateUnsupported
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.modbus.client_port import ModbusClient
from gateway.fieldbus.modbus.pdu import Request, Response, read_request
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.fieldbus.modbus.planning.read_plan import Read, span
from gateway.fieldbus.modbus.write_request import write_request
from gateway.model.profile import FirmwareUpdate, PointValue, Profile
from gateway.model.stream import value_in_unit

AGAIN_S = 0.25
"""How long to wait before a device that restarts is asked again."""


class Application:
    """The application of one device, which may take `answer_s` to respond. A profile without Modbus says nothing of it."""

    def __init__(self, line: DeviceLine, profile: Profile, update: FirmwareUpdate, answer_s: float = 1.0) -> None:
        self._line, self._profile, self._update, self._answer_s = line, profile, update, answer_s
        self._client: ModbusClient | None = None
        self._bound = bind_every_point(profile, line.unit, channels=())
        self._places = {slot.point.name: number for number, slot in enumerate(self._bound.slots)}

    @property
    def says_something(self) -> bool:
        """Whether the application can be asked anything."""
        points = self._update.points
        return any(name is not None for name in (points.model, points.hardware, points.version, points.bootloader))

    async def identity_if_it_runs(self) -> FirmwareIdentity | None:
        """Ask the application what it is; None if it is silent or can't be asked. Then its channel is closed.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        if not self.says_something:
            return None
        try:
            return await self.identity()
        except NoFirmwareAnswer:
            self.close()
            return None

    async def identity(self, tries: int = 3) -> FirmwareIdentity:
        """Ask the application what it is.

        Raises:
            NoFirmwareAnswer: it does not answer, so it does not run.
            WireError: the wire can't be opened, or failed.
        """
        points = self._update.points
        model, hardware, version, bootloader = [
            await self._text(name, tries) if name is not None else None
            for name in (points.model, points.hardware, points.version, points.bootloader)
        ]
        return FirmwareIdentity(model, hardware, version, bootloader)

    async def write(self, wanted: PointValue, *, tries: int = 3) -> Response:
        """Write a value to a point, and return the response.

        Raises:
            NoFirmwareAnswer, WireError: see there.
        """
        point = self._profile.point(wanted.point)
        return await self.send(write_request(self._profile, point, wanted.value, self._line.unit), tries)

    async def value(self, name: str, tries: int = 3) -> object:
        """Return the value of a point; None if the device refuses the read, or says that there is none.

        Raises:
            NoFirmwareAnswer, WireError: see there.
        """
        number = self._places[name]
        slot = self._bound.slots[number]
        place = span(number, slot)
        decode = decoder_of(self._bound, Read(place.function, place.address, place.width, (number,)))
        response = await self.send(read_request(self._line.unit, place.function, place.address, place.width), tries)
        if response.exception is not None:
            return None
        (value,), _ = decode(response.data)
        return value_in_unit(value, slot.field.converter())

    async def start_bootloader(self) -> None:
        """Write what starts the bootloader. Many devices restart before they have answered.

        Raises:
            UpdateUnsupported: the application refuses, or the profile does not say how.
            WireError: the wire can't be opened, or failed.
        """
        if self._update.enter is None:
            raise UpdateUnsupported(
                "the profile does not say how the bootloader is started; start it at the device (its manual says how), then try again",
                "il profilo non dice come avviare il bootloader; avvialo sul dispositivo (vedi il manuale), poi riprova",
            )
        try:
            response = await self.write(self._update.enter, tries=1)
        except NoFirmwareAnswer:
            return
        if response.exception is not None:
            raise UpdateUnsupported(
                f"the device refuses to start its bootloader (exception {response.exception})",
                f"il dispositivo rifiuta di avviare il bootloader (eccezione {response.exception})",
            )

    async def wait_until_it_runs(self, longest_s: float) -> None:
        """Wait until the application answers, or only for a while if it says nothing.

        Raises:
            NoFirmwareAnswer: it does not answer.
            WireError: the wire can't be opened, or failed.
        """
        if not self.says_something:
            await asyncio.sleep(longest_s)
            return
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + longest_s
        while True:
            await asyncio.sleep(AGAIN_S)
            try:
                await self.identity(tries=1)
            except NoFirmwareAnswer:
                if loop.time() > give_up_s:
                    raise
            else:
                return

    async def send(self, request: Request, tries: int = 3) -> Response:
        """Send a request; see `ask`."""
        if self._client is None:
            self._client = self._line.client(self._answer_s)
        return await ask(self._client, request, tries)

    def close(self) -> None:
        """Release the wire."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _text(self, name: str, tries: int) -> str | None:
        value = await self.value(name, tries)
        if value is None:
            return None
        text = f"{value:g}" if isinstance(value, float) else str(value).strip()
        return text if text.isprintable() and text else None
