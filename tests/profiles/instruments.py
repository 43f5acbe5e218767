"""Serial instruments made from the facts alone, each with its own framing and random values. Shares no code with the gateway.

`answer` returns the response to a query (None if the device does not know it); an instrument that sends unasked returns its message
for b"". `recorded` are the values of the last response, by point and channel.
"""

import json
import random
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import ClassVar

Values = dict[tuple[str, int], object]


def crc(data: bytes, width: int, polynomial: int, start: int, *, reflected: bool) -> int:
    """Compute a CRC bit by bit from its parameters."""
    register, top = start, 1 << width - 1
    for byte in data:
        bits = range(8) if reflected else reversed(range(8))
        for bit in bits:
            turned = bool(register & top) ^ bool(byte >> bit & 1)
            register = (register << 1) & ((1 << width) - 1) ^ (polynomial if turned else 0)
    return int(f"{register:0{width}b}"[::-1], 2) if reflected else register


class Instrument(ABC):
    """One product: whether and how often it sends unasked, and the values that it sent last."""

    streams = False
    every_s = 0.1

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.recorded: Values = {}

    def whole(self, low: int, high: int) -> int:
        return self.chance.randint(low, high)

    def record(self, channel: int = 0, /, **values: object) -> None:
        self.recorded |= {(name, channel): value for name, value in values.items()}

    @abstractmethod
    def answer(self, question: bytes) -> bytes | None:
        """Respond as the instrument does; return None if it does not."""


class Hpma115(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("68010493"):
            return None
        values = [self.whole(0, 1000) for _ in range(4)]
        self.record(pm1_0=values[0], pm2_5=values[1], pm4_0=values[2], pm10=values[3])
        body = bytes.fromhex("400D04") + b"".join(value.to_bytes(2, "big") for value in values) + bytes(4)
        return body + bytes((-sum(body) & 0xFF,))


class Sds011(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question[:3] != bytes.fromhex("AAB404"):
            return None
        fine, coarse, number = self.whole(1, 9999), self.whole(1, 9999), self.whole(0, 65535)
        self.record(pm2_5=fine / 10, pm10=coarse / 10, device_id=number)
        body = struct.pack("<HH", fine, coarse) + number.to_bytes(2, "big")
        return b"\xaa\xc0" + body + bytes((sum(body) & 0xFF,)) + b"\xab"


class Pms5003(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        names = ["pm1_0_cf1", "pm2_5_cf1", "pm10_cf1", "pm1_0", "pm2_5", "pm10", "n_0_3", "n_0_5", "n_1_0", "n_2_5", "n_5_0", "n_10"]
        values = [self.recorded.get((name, 0)) or self.whole(1, 999) for name in names]
        self.record(**dict(zip(names, values, strict=True)))
        body = b"BM\x00\x1c" + b"".join(int(str(value)).to_bytes(2, "big") for value in values) + b"\x97\x00"
        return body + sum(body).to_bytes(2, "big")


class Sps30(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("7E000300FC7E"):
            return None
        names = ["pm1_0", "pm2_5", "pm4_0", "pm10", "n_0_5", "n_1_0", "n_2_5", "n_4_0", "n_10", "typical_size"]
        values = [struct.unpack(">f", struct.pack(">f", self.chance.uniform(0.1, 900)))[0] for _ in names]
        self.record(**dict(zip(names, values, strict=True)))
        body = bytes((0, 3, 0, 40)) + struct.pack(">10f", *values)
        body += bytes((~sum(body) & 0xFF,))
        stuffed = b"".join(bytes((0x7D, byte ^ 0x20)) if byte in (0x7E, 0x7D, 0x11, 0x13) else bytes((byte,)) for byte in body)
        return b"\x7e" + stuffed + b"\x7e"


class MhZ19b(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("FF0186000000000079"):
            return None
        gas, heat = self.whole(400, 5000), self.whole(10, 100)
        self.record(co2=gas, temperature=heat - 40)
        body = b"\x86" + gas.to_bytes(2, "big") + bytes((heat, 0, 0, 0))
        return b"\xff" + body + bytes((-sum(body) & 0xFF,))


class Ops243(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != b"N?":
            return None
        speed, count, tick = round(self.chance.uniform(1, 90), 1), self.whole(0, 9999), self.whole(0, 9999)
        self.record(speed=speed, object_count=count, tick=tick, direction="inbound", time=tick + 1, product="OPS243 Doppler")
        line = json.dumps({"speed": speed, "direction": "inbound", "time": tick + 1, "tick": tick, "Product": "OPS243 Doppler"})
        return f"{line}\r\n".encode() + json.dumps({"DetectedObjectCount": count}).encode() + b"\r\n"


class Agd315(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        if not self.recorded:
            self.record(frame=self.whole(0, 9999999), mode="R", detection_direction="A", cosine_angle=self.whole(0, 45), target_direction="A",
                      range=2 * self.whole(1, 99), doppler_bin=self.whole(1, 99), speed=self.whole(10, 900) / 10, power=self.whole(10, 900) / 10)  # fmt: skip
        told = {name: value for (name, _), value in self.recorded.items()}
        reach = told["range"]
        assert isinstance(reach, int)
        return (
            f"{told['frame']:010},R,A,{told['cosine_angle']}: #T0:A,{reach // 2},{told['doppler_bin']},{told['speed']},{told['power']}\r"
        ).encode()


class Agd350(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        if not self.recorded:
            self.record(message_type=2, time=self.whole(0, 8640000) / 100, target=self.whole(1, 9), targets=self.whole(1, 9), direction="R",
                      speed=self.whole(10, 999) / 10, speed_unit="K", range=self.whole(10, 999) / 10, angle_or_x=-self.whole(1, 400) / 10,
                      coordinate="P", amplitude=self.whole(100, 999) / 10)  # fmt: skip
        one = {name: value for (name, _), value in self.recorded.items()}
        body = (
            f"02,{one['time']:08.2f},{one['target']:02},{one['targets']:02},R,{one['speed']:05.1f},K,{one['range']:05.1f},"
            f"{one['angle_or_x']:+05.1f},P,{one['amplitude']:05.1f}"
        ).encode()
        return b"\x02" + body + b"*" + f"{reduce(xor, body):02X}".encode() + b"\x03"


class TfMini(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        distance, strength, quality, exposure = self.whole(30, 1200), self.whole(0, 65535), self.whole(0, 8), self.whole(0, 255)
        self.record(distance=distance, strength=strength, quality=quality, exposure=exposure)
        body = b"YY" + struct.pack("<HHBB", distance, strength, quality, exposure)
        return body + bytes((sum(body) & 0xFF,))


class DecaturSi3(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        if not self.recorded:
            self.record(direction="-", speed=self.whole(10, 990) / 10, signal=self.whole(1, 99))
        return f"*-{self.recorded['speed', 0]:05.1f},{self.recorded['signal', 0]:03}\r\n".encode()


class Dr500(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question == bytes.fromhex("F3317226FC"):
            speed = self.whole(1, 120)
            self.record(avg_speed=speed, avg_speed_mph=speed)
            return self._packed(b"\x32" + bytes((speed,)))
        if question == bytes.fromhex("F31800554E24C6FC"):
            self.record(speed_unit="km/h")
            return self._packed(b"\x19\x00UN" + (1).to_bytes(2, "little"))
        return None

    @staticmethod
    def _packed(body: bytes) -> bytes:
        body += crc(body, 16, 0x1021, 0, reflected=False).to_bytes(2, "little")
        return b"\xf3" + b"".join(bytes((0xFA, byte & 0x0F)) if byte in (0xF3, 0xFA, 0xFC) else bytes((byte,)) for byte in body) + b"\xfc"


class RtmsG4(Instrument):
    ZONES = 3

    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("FFAA53030001000001"):
            return None
        period = self.whole(10, 600)
        self.record(speed_unit="mph", period=period)
        header = bytes((1, 0, 0, 1, 0, 0, 0x12, 4, 1, 9, 0x24, self.ZONES, 0)) + period.to_bytes(2, "big") + bytes((100, 0))
        sent = self._message(0x80, header)
        for code, names, high, scale in ((0x10, ["vehicle_count"], 900, 1), (0x11, ["occupancy"], 1000, 0.1), (0x12, ["speed", "speed_mph"], 200, 1),
                                         (0x13, ["gap"], 36000, 1), (0x1E, ["headway"], 65535, 1), (0x1F, ["speed_85"], 200, 1),
                                         *((0x14 + number, [f"count_class_{number + 1}"], 900, 1) for number in range(5))):  # fmt: skip
            raw = [self.whole(0, high) for _ in range(self.ZONES)]
            for zone, value in enumerate(raw):
                self.record(zone, **dict.fromkeys(names, value / 10 if scale == 0.1 else value))
            sent += self._message(code, b"".join(value.to_bytes(2, "big") for value in raw))
        return sent + self._message(0x81, b"\x01")

    @staticmethod
    def _message(code: int, data: bytes) -> bytes:
        body = b"\x00\x01" + data
        return b"\xff\xaa" + bytes((code, len(body))) + body + (sum(body) & 0xFFFF).to_bytes(2, "big")


class MphRadar(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        if not self.recorded:
            status, speeds = 0x80 | self.whole(0, 31), [self.whole(0, 99) for _ in range(4)]
            speeds[1] = self.whole(4, 99)
            shown = [speed if speed >= 4 else 0 for speed in speeds]
            self.record(status=status, patrol_speed=shown[0], target_speed=shown[1], lock_speed=shown[2], alt_speed=shown[3], vehicle_speed=speeds[1],
                      low_voltage=bool(status & 1), interference=bool(status & 2), front_antenna=bool(status & 4), rear_antenna=bool(status & 8),
                      moving_mode=bool(status & 16))  # fmt: skip
            self._frame = bytes((2, status, *speeds, 3))
        return self._frame


class Ss125(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("5A31000001000000000644710000000000F0"):
            return None
        return b"".join(self._lane(lane) for lane in range(2))

    def _lane(self, lane: int) -> bytes:
        counts = [self.whole(0, 99999) for _ in range(8)]
        speeds = [self.whole(1, 200 * 256) for _ in range(2)]
        scans = self.whole(0, 32766)
        self.record(lane, interval_number=counts[0], avg_speed=speeds[0] / 256, vehicle_count=counts[1], occupancy_raw=scans, count_class_1=counts[2],
                  count_class_2=counts[3], count_class_3=counts[4], count_class_4=counts[5], speed_85=speeds[1] / 256, headway=counts[6], gap=counts[7])  # fmt: skip
        three: Callable[[int], bytes] = lambda number: number.to_bytes(3, "big")  # noqa: E731
        body = (
            bytes((0x71, lane + 1, 0))
            + three(counts[0])
            + bytes(8)
            + three(speeds[0] | 1 << 23)
            + three(counts[1])
            + scans.to_bytes(2, "big")
        )
        body += b"".join(map(three, counts[2:6])) + three(speeds[1] | 1 << 23) + three(counts[6]) + three(counts[7]) + bytes((4, 2))
        header = bytes((0x5A, 0x31, 0, 0, 0, 0, 0, 1, 1, len(body)))
        check: Callable[[bytes], bytes] = lambda data: bytes((crc(data, 8, 0x1C, 0, reflected=False),))  # noqa: E731
        return header + check(header) + body + check(body)


class Ld2410(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        words = ["none", "moving", "still", "moving and still"]
        state, moving, energy, still, rest, seen = (self.whole(0, high) for high in (3, 800, 100, 800, 100, 800))
        self.record(
            state=words[state],
            moving_distance=moving,
            moving_energy=energy,
            still_distance=still,
            still_energy=rest,
            detection_distance=seen,
        )
        data = b"\x02\xaa" + struct.pack("<BHBHBH", state, moving, energy, still, rest, seen) + b"\x55\x00"
        return bytes.fromhex("F4F3F2F1") + len(data).to_bytes(2, "little") + data + bytes.fromhex("F8F7F6F5")


class A02yyuw(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        distance = self.whole(300, 7500)
        self.record(distance=distance)
        body = b"\xff" + distance.to_bytes(2, "big")
        return body + bytes((sum(body) & 0xFF,))


class Hrxl(Instrument):
    streams = True

    def answer(self, question: bytes) -> bytes | None:
        distance = self.whole(300, 5000)
        self.record(distance=distance)
        return b"\xff" * self.whole(0, 2) + f"R{distance:04}\r".encode()


class Canoga(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != bytes.fromhex("3C3038002A31453E"):
            return None
        body = b""
        for channel in range(4):
            duration, start, count, state = self.whole(0, 2**24 - 1), self.whole(0, 2**32 - 1), self.whole(0, 255), self.whole(0, 1)
            self.record(channel, duration=duration, start=start, count=count, state=state)
            body += duration.to_bytes(3, "big") + start.to_bytes(4, "big") + bytes((count, state))
        return body + bytes((reduce(xor, body),))


class Dxm(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != b"CMD0001 60,12,0,0,0\n":
            return None
        scans = [self.whole(0, 1800) if self.chance.random() < 0.8 else 65007 for _ in range(12)]
        for pin, value in enumerate(scans):
            self.record(pin, occupancy=value / 18 if value <= 1800 else None)
        self.record(register=60)
        return ("RSP000160," + "".join(f"{value}," for value in scans) + "\r\n").encode()


class Wxt536(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != b"0r0\r\n":
            return None
        tenth: Callable[[int, int], float] = lambda low, high: self.whole(low, high) / 10  # noqa: E731
        values = {"Dn": ("wind_direction_min", self.whole(0, 359), "D"), "Dm": ("wind_direction_avg", self.whole(0, 359), "D"),
                  "Dx": ("wind_direction_max", self.whole(0, 359), "D"), "Sn": ("wind_speed_min", tenth(0, 600), "M"),
                  "Sm": ("wind_speed_avg", tenth(0, 600), "M"), "Sx": ("wind_speed_max", tenth(0, 600), "M"),
                  "Ta": ("air_temperature", tenth(-300, 500), "C"), "Tp": ("internal_temperature", tenth(-300, 500), "C"),
                  "Ua": ("humidity", tenth(0, 1000), "P"), "Pa": ("pressure", tenth(6000, 11000), "H"),
                  "Rc": ("rain_amount", tenth(0, 9999), "M"), "Rd": ("rain_duration", self.whole(0, 9999), "s"),
                  "Ri": ("rain_intensity", tenth(0, 2000), "M"), "Rp": ("rain_peak", tenth(0, 2000), "M"),
                  "Hc": ("hail_amount", tenth(0, 100), "M"), "Hd": ("hail_duration", self.whole(0, 999), "s"),
                  "Th": ("heater_temperature", tenth(-300, 500), "C"), "Vh": ("heating_voltage", tenth(0, 300), "N"),
                  "Vs": ("supply_voltage", tenth(50, 300), "V"), "Vr": ("reference_voltage", tenth(30, 40), "V")}  # fmt: skip
        self.record(information="HEL___", **{name: value for name, value, _ in values.values()})
        text = "0r0," + ",".join(f"{key}={value}{unit}" for key, (_, value, unit) in values.items()) + ",Id=HEL___"
        check = crc(text.encode(), 16, 0x8005, 0, reflected=True)
        letters = bytes((0x40 | check >> 12, 0x40 | check >> 6 & 0x3F, 0x40 | check & 0x3F))
        return text.encode() + letters + b"\r\n"


class Umb(Instrument):
    CHANNELS: ClassVar[dict[int, str]] = {}
    SERIAL = (0x01, 0x70)

    def answer(self, question: bytes) -> bytes | None:
        payload = question[8:-4]
        if question[2:4] != bytes(self.SERIAL) or payload[:1] not in (b"\x23", b"\x2f"):
            return None
        many = payload[0] == 0x2F
        asked = struct.unpack(f"<{payload[2]}H", payload[3:]) if many else struct.unpack("<H", payload[2:])
        records = [self._record(channel) for channel in asked]
        data = (
            bytes((0x2F, 0x10, 0, len(asked))) + b"".join(bytes((len(one),)) + one for one in records) if many else b"\x23\x10" + records[0]
        )
        frame = b"\x01\x10\x01\xf0" + bytes(self.SERIAL) + bytes((len(data), 2)) + data + b"\x03"
        return frame + crc(frame, 16, 0x1021, 0xFFFF, reflected=True).to_bytes(2, "little") + b"\x04"

    def _record(self, channel: int) -> bytes:
        kind, low, high = self.chance.choice([(0x16, 300, 301), (0x16, 0, 0), (0x12, 300, 350)]) if channel == 300 else (0x16, 0, 60)
        if channel == 300:
            kind, low, high = 0x16, 950, 1050
        value = struct.unpack("<f", struct.pack("<f", self.chance.uniform(low, high)))[0]
        self.record(**{self.CHANNELS[channel]: value})
        return b"\x00" + channel.to_bytes(2, "little") + bytes((kind,)) + struct.pack("<f", value)


WS600 = {100: "air_temperature", 120: "air_temperature_min", 140: "air_temperature_max", 160: "air_temperature_avg", 110: "dew_point",
         111: "wind_chill", 114: "wet_bulb", 200: "humidity", 260: "humidity_avg", 205: "absolute_humidity", 210: "mixing_ratio", 300: "pressure",
         305: "pressure_sea_level", 310: "air_density", 400: "wind_speed", 420: "wind_speed_min", 440: "wind_speed_max", 460: "wind_speed_avg",
         480: "wind_speed_vector", 500: "wind_direction", 520: "wind_direction_min", 540: "wind_direction_max", 580: "wind_direction_vector",
         620: "precipitation_absolute", 625: "precipitation_differential", 700: "precipitation_type", 820: "precipitation_intensity",
         112: "wind_heater_temperature", 113: "rain_heater_temperature", 805: "wind_quality"}  # fmt: skip


class Ws600(Umb):
    CHANNELS = WS600


class Marwis(Umb):
    CHANNELS = WS600 | {900: "road_condition"}
    SERIAL = (0x01, 0xA0)


class Rg15(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != b"R\n":
            return None
        acc, event, total, rate = (self.whole(0, 9999) / 100 for _ in range(4))
        self.record(acc=acc, event_acc=event, total_acc=total, r_int=rate)
        return f"Acc  {acc:.2f} mm, EventAcc  {event:.2f} mm, TotalAcc  {total:.2f} mm, RInt  {rate:.2f} mmph\r\n".encode()


class XyText(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question != b"READ":
            return None
        heat, wet = self.whole(-2000, 5000) / 100, self.whole(0, 10000) / 100
        self.record(temperature=heat, humidity=wet)
        return f"{heat:.2f}C,{wet:.2f}%\r\n".encode()


class DaliHat(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if question[:1] != b"h" or question[3:] != b"90\n":
            return None
        lamp = (int(question[1:3], 16) - 1) // 2
        if lamp % 5 == 4:
            self.record(lamp, backward_frame=None, lamp_on=None)
            return b"N\n"
        status = self.whole(0, 255)
        self.record(
            lamp, backward_frame=status, lamp_failure=bool(status & 2), lamp_on=bool(status & 4), power_state="on" if status & 4 else "off"
        )
        return f"J{status:02X}\n".encode()


class DaliSci(Instrument):
    def answer(self, question: bytes) -> bytes | None:
        if len(question) != 5 or question[0] != 0x83 or question[2] != 0x90 or reduce(xor, question) != 0:
            return None
        lamp = (question[1] - 1) // 2
        status = self.whole(0, 255)
        self.record(lamp, code="answer", status=status, lamp_failure=bool(status & 2), lamp_on="on" if status & 4 else "off")
        body = bytes((0x12, 0, 0, status))
        return body + bytes((reduce(xor, body),))


INSTRUMENTS: dict[str, type[Instrument]] = {
    "honeywell_hpma115c0": Hpma115, "nova_sds011": Sds011, "plantower_pms5003": Pms5003, "sensirion_sps30": Sps30, "winsen_mhz19b": MhZ19b,
    "omnipresense_ops243": Ops243, "agd_315": Agd315, "agd_350": Agd350, "benewake_tfmini": TfMini, "decatur_si3": DecaturSi3,
    "houston_radar_dr500": Dr500, "imagesensing_rtms_g4": RtmsG4, "mph_radar": MphRadar, "wavetronix_smartsensor_hd": Ss125,
    "hilink_ld2410": Ld2410, "dfrobot_a02yyuw": A02yyuw, "dfrobot_a01nyub": A02yyuw, "maxbotix_hrxl_wr": Hrxl, "maxbotix_hrxl_wr_water": Hrxl, "gtt_canoga_c900": Canoga,
    "banner_dxm_magnetometer": Dxm, "vaisala_wxt536": Wxt536, "lufft_ws600_umb": Ws600, "lufft_marwis": Marwis, "hydreon_rg15": Rg15,
    "xy_md02_text": XyText, "atxled_dali_hat": DaliHat, "lunatone_dali_sci_rs232": DaliSci,
}  # fmt: skip
