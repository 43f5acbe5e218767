"""Feeds random bytes to every framing: none may raise, grow, or miss the next good frame.

python -m tests.fieldbus.fuzz [--bytes 10000000] [--seed 1]
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.dialects.port import Dialect
from gateway.fieldbus.modbus.pdu import Response, read_identification, read_request
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, frames_in
from gateway.fieldbus.modbus.tcp_frames import TcpFrames
from gateway.model.site.lines import DeviceSettings
from tests.profiles.library import LIBRARY

_SPOILT_SHARE = 0.3
"""The share of pieces that are damaged frames: random bytes hardly ever begin like a frame."""

MOST_KEPT_BYTES = 8192
"""The most that a framing may buffer, whatever it receives."""


class Subject(NamedTuple):
    """A framing under test: how to feed it, whether it then finds good frames, how much it buffers, and frames to damage."""

    name: str
    feed: Callable[[bytes], object]
    finds: Callable[[], bool]
    kept: Callable[[], int]
    frames: list[bytes]


def _rtu(echo: bool = False) -> Subject:
    framing, request = RtuFrames(echo=echo), read_request(0x11, 3, 0x6B, 3)
    good = bytes.fromhex("11 03 06 ae 41 56 52 43 40")
    sent = framing.request(request)

    def feed(data: bytes) -> None:
        if framing.feed(data) is not None:
            framing.request(request)

    def finds() -> bool:
        framing.feed(random.Random(3).randbytes(60))
        return framing.feed((sent if echo else b"") + good + crc16(good)) == Response(good[3:], None)

    return Subject(
        "rtu with echo" if echo else "rtu",
        feed,
        finds,
        lambda: len(framing.unmatched),
        [sent, good + crc16(good), bytes.fromhex("11 83 02")],
    )


def _rtu_variable() -> Subject:
    framing = RtuFrames()
    good = bytes.fromhex("01 2b 0e 01 01 00 00 01 00 02 41 42")
    framing.request(read_identification(1))

    def feed(data: bytes) -> None:
        if framing.feed(data) is not None:
            framing.request(read_identification(1))

    return Subject(
        "rtu, answer of unknown length",
        feed,
        lambda: framing.feed(good + crc16(good)) == Response(good[2:], None),
        lambda: len(framing.unmatched),
        [good + crc16(good)],
    )


def _tcp() -> Subject:
    framing: TcpFrames[None] = TcpFrames()
    framing.request(read_request(1, 3, 0, 1), None)

    def feed(data: bytes) -> None:
        framing.feed(data)
        if framing.lost_track:  # the client would connect again
            framing.reset()
            framing.request(read_request(1, 3, 0, 1), None)

    def finds() -> bool:
        framing.reset()
        frame = framing.request(read_request(1, 3, 0, 1), None)
        found = framing.feed(frame[:2] + bytes.fromhex("0000 0005 01 03 02 00 2a"))
        return found == [(None, Response(b"\x00\x2a", None))]

    return Subject(
        "tcp",
        feed,
        finds,
        lambda: len(framing._buffer),
        [bytes.fromhex("0001 0000 0005 01 03 02 00 2a"), bytes.fromhex("0001 0000 0003 01 83 02")],
    )


def _listening() -> Subject:
    request = bytes.fromhex("0103006b0003")
    whole = request + crc16(request)
    return Subject("frames overheard", frames_in, lambda: frames_in(b"\xff" + whole) == [whole], lambda: 0, [whole])


def _dialects() -> Iterator[Subject]:
    for name in LIBRARY.names:
        profile = LIBRARY.get(name)
        if profile.modbus is not None:
            continue
        channels = {number: f"c{number}" for number in range(profile.channels or 0)}
        dialect = dialect_of(bind(DeviceSettings(id="d", profile=name, asset="a", channels=channels), profile, {}))
        examples = [one.rx for one in profile.examples if one.rx and one.answer == "values"]
        good = [rx.encode() if profile.text is not None else bytes.fromhex(rx) for rx in examples]
        yield Subject(name, dialect.feed, _finder(dialect, good), _held(dialect), good)


def _finder(dialect: Dialect, good: list[bytes]) -> Callable[[], bool]:
    def finds() -> bool:
        # A frame that began in noise may swallow one good frame, but not all that follow.
        told = [one for _ in range(40) for frame in good for one in dialect.feed(frame)]
        return len(told) >= 30 and any(one.values for one in told)

    return finds


def _held(dialect: Dialect) -> Callable[[], int]:
    holder = getattr(dialect, "_scanner", None) or dialect._splitter  # type: ignore[attr-defined]
    return lambda: len(holder._buffer)


def subjects() -> list[Subject]:
    """Return every framing."""
    return [_rtu(), _rtu(echo=True), _rtu_variable(), _tcp(), _listening(), *_dialects()]


def endure(subject: Subject, count: int, seed: int) -> bool:
    """Feed random bytes in pieces of random size; return whether the framing stayed small and found the next good frame."""
    chance, left = random.Random(seed), count
    while left > 0:
        data = chance.randbytes(min(left, chance.choice((1, 7, 64, 300, 4096))))
        if chance.random() < _SPOILT_SHARE:
            data = _spoilt(chance, chance.choice(subject.frames))
        subject.feed(data)
        left -= len(data)
        if subject.kept() > MOST_KEPT_BYTES:
            return False
    return subject.finds()


def _spoilt(chance: random.Random, frame: bytes) -> bytes:
    """Cut, change or repeat parts of a frame."""
    spoilt = bytearray(frame * chance.choice((1, 1, 2)))
    for _ in range(chance.randint(0, 3)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    first = chance.randrange(len(spoilt)) if chance.random() < 0.3 else 0
    return bytes(spoilt[first : len(spoilt) - (chance.randrange(len(spoilt)) if chance.random() < 0.3 else 0)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bytes", type=int, default=10_000_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    failed = 0
    for subject in subjects():
        began_s = time.monotonic()
        good = endure(subject, asked.bytes, asked.seed)
        failed += not good
        print(
            f"{subject.name:32} {asked.bytes:,} bytes  seed {asked.seed}  {'good' if good else 'FAILED'}  {time.monotonic() - began_s:.1f} s",
            flush=True,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
