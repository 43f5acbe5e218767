"""Simulated instruments with serial dialects of their own, on paced ptys, written from their data sheets, not from the profiles."""

import asyncio
import random
import re
import struct
from collections.abc import Callable
from typing import ClassVar

from gateway.simulate.devices.pty import Pty

Values = dict[str, float | int | str]


class Instrument:
    """One instrument: it answers queries, and sends messages unasked if it has a period.

    `reported` contains the values of its messages, by the names of the data sheet. `silent` stops it; `corrupted` is the
    share of its messages in which one byte is wrong.
    """

    period_s: float | None = None
    baud = 9600

    def __init__(self, pty: Pty, seed: int = 1) -> None:
        self._pty = pty
        self._chance = random.Random(seed)  # noqa: S311 — a simulation
        self._buffer = b""
        self.reported: list[Values] = []
        self.silent = False
        self.corrupted = 0.0

    async def run(self) -> None:
        """Answer and send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._answer_queries())
            if self.period_s is not None:
                group.create_task(self._send_messages(self.period_s))

    async def _answer_queries(self) -> None:
        while True:
            self._buffer += await self._pty.read()
            while (answer := self.answer()) is not None:
                await self.send(answer)

    async def _send_messages(self, period_s: float) -> None:
        while True:
            await asyncio.sleep(period_s)
            message = self.message()
            if message:
                await self.send(message)

    async def send(self, message: bytes) -> None:
        """Send a message, unless it is empty or the instrument is silent."""
        if self.silent or not message:
            return
        if self._chance.random() < self.corrupted:
            self.reported.pop()
            place = self._chance.randrange(2, len(message) - 2)
            message = message[:place] + bytes((message[place] ^ 0x15,)) + message[place + 1 :]
        await self._pty.send(message)

    def answer(self) -> bytes | None:
        """Consume one whole query from the buffer and return the answer; None if there is no whole query."""
        self._buffer = b""
        return None

    def message(self) -> bytes:
        """Return the next message that is sent unasked."""
        return b""

    def consume(self, query: bytes) -> bool:
        """Consume a query from the buffer, with what precedes it; return whether it was there."""
        before, found, after = self._buffer.partition(query)
        self._buffer = after if found else before
        return bool(found)

    def integer(self, low: int, high: int) -> int:
        """Return a random integer, both limits included."""
        return self._chance.randint(low, high)


class Pms5003(Instrument):
    """Plantower PMS5003 (data manual series, appendix I): 32 bytes about once a second, sum of all bytes at the end."""

    period_s = 0.3

    def message(self) -> bytes:
        """Return one frame of thirteen words."""
        names = ("pm1_0_cf1", "pm2_5_cf1", "pm10_cf1", "pm1_0", "pm2_5", "pm10", "n_0_3", "n_0_5", "n_1_0", "n_2_5", "n_5_0", "n_10")
        values = {name: self.integer(1, 900) for name in names}
        self.reported.append(dict(values))
        frame = b"\x42\x4d" + struct.pack(">H12HH", 28, *values.values(), 0x9700)
        return frame + struct.pack(">H", sum(frame))


class Sds011(Instrument):
    """Nova SDS011 (laser dust sensor control protocol V1.3): answers a query of 19 bytes with 10."""

    def answer(self) -> bytes | None:
        """Answer a query for data."""
        while len(self._buffer) >= 19:
            command, self._buffer = self._buffer[:19], self._buffer[19:]
            if command[:2] == b"\xaa\xb4" and command[2] == 4:
                pm25, pm10 = self.integer(1, 9990), self.integer(1, 9990)
                self.reported.append({"pm2_5": pm25 / 10, "pm10": pm10 / 10})
                body = struct.pack("<HH", pm25, pm10) + b"\x58\xd9"
                return b"\xaa\xc0" + body + bytes((sum(body) % 256, 0xAB))
        return None


class Sps30(Instrument):
    """Sensirion SPS30 on its UART (datasheet, chapter 5): SHDLC frames, ten floats; it measures once it is started."""

    baud = 115200

    def __init__(self, pty: Pty, seed: int = 1) -> None:
        super().__init__(pty, seed)
        self._measuring = False

    def answer(self) -> bytes | None:
        """Answer the commands to start and to read."""
        *frames, self._buffer = self._buffer.split(b"\x7e")
        answers = b""
        for frame in frames:
            if len(frame) >= 4 and frame[-1] == ~sum(frame[:-1]) & 0xFF:
                answers += self._obey(frame[1])
        return answers or None

    def _obey(self, command: int) -> bytes:
        if command == 0x00:
            self._measuring = True
            return self._framed(b"\x00\x00\x00\x00")
        if command != 0x03 or not self._measuring:
            return self._framed(bytes((0x00, command, 0x43, 0x00)))
        names = ("pm1_0", "pm2_5", "pm4_0", "pm10", "n_0_5", "n_1_0", "n_2_5", "n_4_0", "n_10", "typical_size")
        values = {name: struct.unpack(">f", struct.pack(">f", self._chance.uniform(0.5, 99)))[0] for name in names}
        self.reported.append(dict(values))
        return self._framed(b"\x00\x03\x00\x28" + struct.pack(">10f", *values.values()))

    @staticmethod
    def _framed(body: bytes) -> bytes:
        out = bytearray(b"\x7e")
        for byte in body + bytes((255 - sum(body) % 256,)):
            out += bytes((0x7D, byte ^ 0x20)) if byte in (0x11, 0x13, 0x7D, 0x7E) else bytes((byte,))
        return bytes(out + b"\x7e")


class Ld2410(Instrument):
    """Hi-Link LD2410 (serial communication protocol V1.02): a report about ten times a second."""

    baud = 256000
    period_s = 0.1
    _STATES = ("none", "moving", "still", "moving and still")

    def message(self) -> bytes:
        """Return one basic report."""
        state, distance = self.integer(0, 3), self.integer(0, 600)
        self.reported.append({"motion": self._STATES[state], "distance": distance / 100})
        target = struct.pack(
            "<BHBHBH", state, self.integer(0, 600), self.integer(0, 100), self.integer(0, 600), self.integer(0, 100), distance
        )
        body = b"\x02\xaa" + target + b"\x55\x00"
        return b"\xf4\xf3\xf2\xf1" + struct.pack("<H", len(body)) + body + b"\xf8\xf7\xf6\xf5"


class Wxt536(Instrument):
    """Vaisala WXT536 in polled mode (user guide M210906EN-C): a query in lower case gets a composite answer with CRC."""

    baud = 19200

    def answer(self) -> bytes | None:
        """Answer the composite query with CRC."""
        if not self.consume(b"0r0\r\n"):
            return None
        draw = self._chance
        ranges = {"wind_speed": (0, 30), "gust_speed": (0, 50), "air_temperature": (-30, 45), "relative_humidity": (5, 100),
                  "station_pressure": (900, 1060), "precipitation_rate": (0, 80)}  # fmt: skip
        values: Values = {name: round(draw.uniform(low, high), 1) for name, (low, high) in ranges.items()}
        values["wind_direction"] = draw.randint(0, 360)
        self.reported.append(values)
        text = (
            f"0r0,Dm={values['wind_direction']:03}D,Sm={values['wind_speed']}M,Sx={values['gust_speed']}M,Ta={values['air_temperature']}C,"
            f"Ua={values['relative_humidity']}P,Pa={values['station_pressure']}H,Ri={values['precipitation_rate']}M,Vs=24.0V,Id=SIM___"
        )
        crc = 0
        for byte in text.encode():
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        return text.encode() + bytes((0x40 | crc >> 12, 0x40 | crc >> 6 & 0x3F, 0x40 | crc & 0x3F)) + b"\r\n"


class Ws600(Instrument):
    """Lufft WS600 (UMB protocol 1.0): answers a query for channels with status, type and value; an unknown one gets status 40."""

    baud = 19200
    _CHANNELS: ClassVar = {100: "air_temperature", 200: "relative_humidity", 300: "station_pressure", 460: "wind_speed", 440: "gust_speed",
                 580: "wind_direction", 820: "precipitation_rate"}  # fmt: skip

    def answer(self) -> bytes | None:
        """Answer a query for several channels of station 1."""
        match = re.search(rb"\x01\x10\x01\x70\x01\xf0(.)\x02\x2f\x10", self._buffer, re.DOTALL)
        if match is None or len(self._buffer) < match.start() + 12 + match[1][0]:
            return None
        payload = self._buffer[match.start() + 8 : match.start() + 8 + match[1][0]]
        self._buffer = self._buffer[match.start() + 12 + match[1][0] :]
        wanted = struct.unpack(f"<{payload[2]}H", payload[3:])
        values: Values = {}
        records = b""
        for channel in wanted:
            if channel not in self._CHANNELS:
                records += struct.pack("<BBH", 3, 40, channel)
                continue
            value = struct.unpack("<f", struct.pack("<f", self._chance.uniform(0.1, 60) + (900 if channel == 300 else 0)))[0]
            values[self._CHANNELS[channel]] = value
            records += struct.pack("<BBHBf", 8, 0, channel, 0x16, value)
        self.reported.append(values)
        answer = b"\x2f\x10\x00" + bytes((len(wanted),)) + records
        frame = b"\x01\x10\x01\xf0\x01\x70" + bytes((len(answer), 0x02)) + answer + b"\x03"
        return frame + struct.pack("<H", self._crc(frame)) + b"\x04"

    @staticmethod
    def _crc(data: bytes) -> int:
        crc = 0xFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
        return crc


class Ss125(Instrument):
    """Wavetronix SmartSensor HD (as IRIS reads it): answers a query for the latest interval with one packet a lane."""

    lanes = 2

    def answer(self) -> bytes | None:
        """Answer a query for an interval with a packet a lane."""
        if not self.consume(bytes.fromhex("5A 31 00 00 01 00 00 00 00 06 44 71 00 00 00 00 00 F0")):
            return None
        packets = b""
        for lane in range(1, self.lanes + 1):
            speed, count, headway = self.integer(256 * 10, 256 * 70), self.integer(0, 900), self.integer(500, 9000)
            self.reported.append(
                {"lane": lane, "vehicle_count": count, "average_speed": speed / 256 * 1.609344, "average_headway": headway / 1000}
            )
            body = bytes((0x71, lane, 0)) + bytes(11) + (0x800000 | speed).to_bytes(3, "big") + count.to_bytes(3, "big") + bytes(2)
            body += bytes(12) + (0x800000 | speed).to_bytes(3, "big") + headway.to_bytes(3, "big") + bytes(3) + bytes((self.lanes, 2))
            header = b"\x5a\x31\x00\x00\x00\x00\x00\x01\x01" + bytes((len(body),))
            packets += header + self._crc(header) + body + self._crc(body)
        return packets

    @staticmethod
    def _crc(data: bytes) -> bytes:
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = (crc << 1 ^ 0x1C) & 0xFF if crc & 0x80 else crc << 1
        return bytes((crc,))


class Agd315(Instrument):
    """AGD315 (user manual, p. 8): a line for every radar frame with a target, in the unit that is set."""

    period_s = 0.15

    def __init__(self, pty: Pty, seed: int = 1) -> None:
        super().__init__(pty, seed)
        self._kph = False

    def answer(self) -> bytes | None:
        """Obey the command that sets the unit; it has no answer."""
        if self.consume(b"UNITS KPH\r"):
            self._kph = True
        return None

    def message(self) -> bytes:
        """Return one line."""
        speed = round(self._chance.uniform(5, 90), 1)
        if self._kph:
            self.reported.append({"average_speed": speed})
        shown = speed if self._kph else round(speed / 1.609344, 1)
        frame, doppler_bin, distance, power = self.integer(1, 9999999), self.integer(1, 99), self.integer(1, 99), self.integer(40, 80)
        return f"{frame:010},R,A,22: #T0:A,{doppler_bin},{distance},{shown},{power}.5\r".encode()


INSTRUMENTS: dict[str, Callable[[Pty], Instrument]] = {
    "plantower_pms5003": Pms5003,
    "nova_sds011": Sds011,
    "sensirion_sps30": Sps30,
    "hilink_ld2410": Ld2410,
    "vaisala_wxt536": Wxt536,
    "lufft_ws600_umb": Ws600,
    "wavetronix_smartsensor_hd": Ss125,
    "agd_315": Agd315,
}
"""The instruments by profile. The OmniPreSense radar has its own module, because the simulated street uses it."""
