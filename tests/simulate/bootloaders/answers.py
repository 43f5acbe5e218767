"""What a simulated device answers, without a bus."""

import asyncio

from gateway.simulate.bootloaders.unit import Mode, UpdatableUnit
from gateway.simulate.devices.bus import crc


class Answers:
    """Switches a device on, and collects what it sends."""

    def __init__(self, unit: UpdatableUnit) -> None:
        self.unit = unit
        self.sent: list[bytes] = []
        unit.attach(lambda data, _after_s, _baud: self.sent.append(data))

    def to_request(self, text: str) -> str:
        """Return what the device answers to a Modbus request without its checksum, both in hexadecimal."""
        body = bytes.fromhex(text)
        self.sent.clear()
        self.unit.hear(body + crc(body))
        answer = b"".join(self.sent)
        assert not answer or crc(answer[:-2]) == answer[-2:]
        return answer[:-2].hex(" ")


async def until(unit: UpdatableUnit, mode: Mode) -> None:
    """Wait until something runs on a device."""
    async with asyncio.timeout(20):
        while unit.mode is not mode:
            await asyncio.sleep(0.002)
