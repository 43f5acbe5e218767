"""The faults: how each is injected, and the cause that must be named first."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import CauseKind
from gateway.simulate.devices.bus import crc
from tests.provision.faults.cable import Effect, loaded, ringing
from tests.provision.faults.meters import Circuit, Hookup, meter, swap_words
from tests.provision.faults.rs485_bus import Node, Rs485Bus, running
from tests.provision.faults.waveform import AT_9600, Framing
from tests.provision.units import Unit, tcp_units

ServedLine = AbstractAsyncContextManager[LineSettings]


@dataclass(frozen=True)
class Fault:
    """One fault: what is done, on which kind of line, and what must be named first."""

    name: str
    injected: str
    line: Callable[[], ServedLine]
    expected: CauseKind | None


SDM630, EM340, IEM3155, MAP3E = "eastron_sdm630", "carlo_gavazzi_em340", "schneider_iem3155", "wirenboard_map3e"
_OTHER = Circuit(volts=(230.1, 232.2, 228.9), amperes=(4.31, 5.27, 3.98))


def _settings(devices: Sequence[tuple[int, str]], **keys: object) -> LineSettings:
    listed = [DeviceSettings(id=f"meter-{unit}", profile=profile, unit=unit) for unit, profile in devices]
    return LineSettings(id="line", devices=listed, **keys)  # type: ignore[arg-type]


@asynccontextmanager
async def _serial(
    nodes: Sequence[Node], listed: Sequence[tuple[int, str]], *, baud: int = 9600, cable: Callable[[float], Effect] | None = None,
    swapped: bool = False, noisy: bool = False, master: Sequence[bytes] = (),
) -> AsyncIterator[LineSettings]:  # fmt: skip
    bus = Rs485Bus(nodes, swapped=swapped, noisy=noisy, master=master)
    bus.cable = cable or bus.cable
    async with running(bus):
        yield _settings(listed, serial=bus.path, baud=baud, parity="N", stop_bits=1)


@asynccontextmanager
async def _tcp(units: Sequence[Unit], listed: Sequence[tuple[int, str]]) -> AsyncIterator[LineSettings]:
    async with tcp_units(units) as (host, port):
        yield _settings(listed, tcp=f"{host}:{port}")


def _two(first: Framing = AT_9600, second: Framing = AT_9600) -> list[Node]:
    return [Node(meter(3, SDM630), first), Node(meter(4, EM340, circuit=_OTHER), second)]


_LISTED = ((3, SDM630), (4, EM340))


def _fine() -> ServedLine:
    return _serial(_two(), _LISTED)


def _swapped() -> ServedLine:
    return _serial(_two(), _LISTED, swapped=True)


def _parity() -> ServedLine:
    return _serial(_two(second=Framing(9600, "O")), _LISTED)


def _baud() -> ServedLine:
    return _serial(_two(second=Framing(19200)), _LISTED)


def _duplicate() -> ServedLine:
    twin = Node(meter(3, SDM630, circuit=_OTHER, serial_number=4712), turnaround_s=0.0087, strength=0.8)
    return _serial([*_two(), twin], _LISTED)


def _reflections() -> ServedLine:
    chance = random.Random(2)
    framing = Framing(115200)
    return _serial(_two(framing, framing), _LISTED, baud=115200, cable=lambda rate_hz: ringing(rate_hz, 5e-6, 0.7, chance, 0.03))


def _too_long() -> ServedLine:
    chance = random.Random(5)
    framing = Framing(38400)
    return _serial(_two(framing, framing), _LISTED, baud=38400, cable=lambda rate_hz: loaded(rate_hz, 19e-6, 0.5, chance, 0.033))


def _master() -> ServedLine:
    request, reply = bytes((40, 4, 0, 0, 0, 2)), bytes((40, 4, 4, 0x43, 0x66, 0x21, 0x8A))
    return _serial(_two(), _LISTED, master=[request + crc(request), reply + crc(reply)])


def _noise() -> ServedLine:
    return _serial(_two(), _LISTED, noisy=True)


def _no_power() -> ServedLine:
    nodes = _two()
    nodes[1].powered = False
    return _serial(nodes, _LISTED)


def _moved() -> ServedLine:
    return _serial([Node(meter(3, SDM630)), Node(meter(9, EM340, circuit=_OTHER))], _LISTED)


def _other_product() -> ServedLine:
    return _serial([Node(meter(3, SDM630)), Node(meter(4, IEM3155, circuit=_OTHER))], _LISTED)


def _word_order() -> ServedLine:
    return _tcp([swap_words(meter(3, SDM630))], [(3, SDM630)])


def _hooked(hookup: Hookup, name: str = EM340) -> Callable[[], ServedLine]:
    return lambda: _serial([Node(meter(3, name, hookup))], [(3, name)])


def _hooked_tcp(hookup: Hookup, name: str) -> Callable[[], ServedLine]:
    return lambda: _tcp([meter(3, name, hookup)], [(3, name)])


FAULTS = (
    Fault(
        "wires swapped",
        "the voltage at the gateway is inverted: the bias of the bus is a space to its receiver, a break follows each request",
        _swapped, CauseKind.SWAPPED_WIRES,
    ),
    Fault("wrong parity", "the UART of one device is set to odd parity: it drops what was sent without", _parity, CauseKind.WRONG_PARITY),
    Fault("wrong baud", "the UART of one device runs at 19200: it samples what was sent at 9600 at the wrong instants", _baud, CauseKind.WRONG_BAUD),
    Fault(
        "duplicate ids",
        "two meters have one address, different values, and turnarounds 0.7 ms apart: their drivers meet, the stronger wins each bit",
        _duplicate, CauseKind.DUPLICATE_UNIT,
    ),
    Fault(
        "reflections", "500 m without termination at 115200 baud: each step returns after 5 µs, alternately inverted, by 70 % at first",
        _reflections, CauseKind.REFLECTIONS,
    ),
    Fault("second master", "somebody else polls unit 40 twice a second, and it responds", _master, CauseKind.SECOND_MASTER),
    Fault("dead CT", "no current reaches the transformer input of L2", _hooked_tcp(Hookup(signs=(1, 0, 1)), SDM630), CauseKind.CT_DEAD),
    Fault("CT turned", "the current of L2 has the opposite sign", _hooked(Hookup(signs=(1, -1, 1))), CauseKind.CT_TURNED),
    Fault("wrong profile", "an iEM3155 where the site file has an EM340", _other_product, CauseKind.WRONG_PROFILE),
    Fault("wrong word order", "the register order in the meter's settings is the other one", _word_order, CauseKind.WORD_ORDER),
    Fault("phases swapped", "the voltage inputs of L2 and L3 are exchanged, the transformers are not", _hooked(Hookup(inputs=(1, 3, 2))),
          CauseKind.PHASES_SWAPPED),
    Fault("no power", "one device receives and sends nothing", _no_power, CauseKind.NO_POWER),
    Fault(
        "bus too long for its load",
        "at 38400 baud, edges rise with 19 µs, at half the voltage, and hum decides about single bits",
        _too_long, CauseKind.BUS_TOO_LONG,
    ),
    Fault("device at another address", "the meter of address 4 is at 9", _moved, CauseKind.OTHER_ADDRESS),
    Fault("noise", "pulses of random lengths, 0.6 ms apart on average, for 20 ms several times a second", _noise, CauseKind.NOISE),
    Fault("CT on the wrong phase", "the transformers of L1 and L2 are exchanged", _hooked(Hookup(transformers=(2, 1, 3))), CauseKind.CT_CROSSED),
    Fault("all CTs turned", "all currents have the opposite sign", _hooked_tcp(Hookup(signs=(-1, -1, -1)), IEM3155), CauseKind.ALL_CTS_TURNED),
    Fault("nothing wrong", "two meters on a good line", _fine, None),
)  # fmt: skip
