"""Attacks by a device: answers with junk, without end, for others, or none."""

import time

from gateway.simulate.devices.bus import crc
from tests.hostile.devices import Asked


def honest(one: Asked) -> None:
    """A valid answer: the attack is another."""
    one.write(one.genuine)


def junk_behind(one: Asked) -> None:
    """A valid answer with some bytes behind it, in one segment or two."""
    junk = one.chance.choice((b"\0" * 8, b"\xff" * 8, one.chance.randbytes(one.chance.randint(1, 300))))
    if one.chance.random() < 0.5:
        one.write(one.genuine + junk)
    else:
        one.write(one.genuine)
        one.write(junk)


def junk_before(one: Asked) -> None:
    """Bytes before a valid answer, and within it."""
    whole = one.chance.randbytes(one.chance.randint(1, 300)) + one.genuine
    place = one.chance.randrange(len(whole))
    for piece in (whole[:place], one.chance.randbytes(one.chance.randrange(3)), whole[place:]):
        one.write(piece)
        time.sleep(0.01)


def endless_bytes(one: Asked) -> None:
    """Bytes as fast as the line takes them, and no end."""
    block = one.chance.choice((bytes(65536), b"\xff" * 65536, one.chance.randbytes(65536), one.genuine * 1000))
    while not one.stopped.is_set():
        one.write(block)


def answers_for_others(one: Asked) -> None:
    """Valid answers of other devices, functions, lengths and transactions, many of them."""
    for _ in range(one.chance.choice((1, 10, 500))):
        body = bytes((one.chance.randrange(256), one.chance.choice((1, 3, 4, 131, 43)), one.chance.randrange(253))) + one.chance.randbytes(
            one.chance.randrange(252)
        )
        if one.tcp:
            one.write(one.chance.randbytes(2) + b"\0\0" + len(body).to_bytes(2, "big") + body)
        else:
            one.write(body + crc(body))


def one_byte_a_second(one: Asked) -> None:
    """The first bytes of an answer that never ends, one at a time."""
    while not one.stopped.is_set():
        for byte in one.genuine[:-1]:
            one.write(bytes((byte,)))
            if one.stopped.wait(one.chance.choice((0.05, 1.0))):
                return


def resets(one: Asked) -> None:
    """A part of an answer, or nothing, and the end of the connection."""
    one.write(one.genuine[: one.chance.randrange(len(one.genuine))])
    one.cut()


def false_lengths(one: Asked) -> None:
    """Frames whose length is zero, too large, or says less than what follows."""
    body = one.genuine
    if one.tcp:
        one.write(body[:4] + one.chance.choice((0, 1, 2, 3, 255, 65535)).to_bytes(2, "big") + body[6:])
    else:
        one.write(body[:2] + bytes((one.chance.choice((0, 1, 3, 255)),)) + body[3:])


def any_of_them(one: Asked) -> None:
    """Any of these, differently each time."""
    one.chance.choice((junk_behind, junk_before, answers_for_others, resets, false_lengths))(one)
