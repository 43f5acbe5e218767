"""Hostile values, generated: names, scales, numbers, JSON and msgpack that break rules or stand at their limits."""

import json
import random
from collections.abc import Callable
from typing import Any

from tests.hostile.messages import Json, field, stream

_BAD_TEXT = (
    "\n",
    "\r\n",
    "\0",
    "\x1b[2J",
    " ",
    ",",
    "=",
    '"',
    "'",
    "\\",
    "/",
    "+",
    "#",
    "$",
    "%",
    "{}",
    "../..",
    "\u2028",
    "\u202e",
    "é",
    "漢",
    "\U0001f4a3",
    "<b>",
)
_BAD_NAMES = (
    "constructor",
    "__proto__",
    "toString",
    "time",
    "_field",
    "_measurement",
    "value",
    "",
    "a" * 63,
    "a" * 64,
    "a" * 65,
    "a" * 10_000,
    "-a",
    "a-",
    "1a",
    "A",
)


def name(chance: random.Random) -> str:
    """Return a name that is hostile or at a limit."""
    which = chance.randrange(4)
    if which == 0:
        return chance.choice(_BAD_NAMES)
    if which == 1:
        return f"lamp{chance.choice(_BAD_TEXT)}"
    if which == 2:
        return f"{chance.choice(_BAD_TEXT)}lamp"
    return f"la{chance.choice(_BAD_TEXT)}mp,a=b c=1{chance.choice(_BAD_TEXT)}"


def scale(chance: random.Random) -> str:
    """Return a scale that costs much time or memory, or is not a number."""
    digits = chance.choice((30, 300, 4299, 5000, 100_000))
    return chance.choice(
        (
            f"1e{chance.randrange(10**6, 10**9)}", f"1E-{chance.randrange(10**6, 10**9)}", f"0.1e+{chance.randrange(10**7, 10**9)}", "9" * digits, f"1/{'9' * digits}",
            f"{'9' * digits}/7", "1/0", "0/1", "0", "nan", "inf", "-1", "-1/3", "0x10", "1_0", "\uff11/2", " 1/3 ", "1/3\n", "1//3", "1/-3", "1.5e3/2", "",
        )
    )  # fmt: skip


def number(chance: random.Random) -> Any:
    """Return a value that does not fit, or only just."""
    return chance.choice(
        (
            2**63 - 1, 2**63, 2**64 - 1, -(2**63), 2**53 + 1, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf"), -0.0, 0, True, False, None, "text", "",
            "x" * 3000, "\0", "\n", b"bytes", [], [[[]]], {}, {"a": 1}, chance.random(), chance.randrange(-(2**63), 2**63),
        )
    )  # fmt: skip


def nested(depth: int) -> bytes:
    """Return msgpack that is nested so deeply."""
    return b"\x91" * depth + b"\xc0"


def json_value(chance: random.Random, depth: int = 3) -> Any:
    """Return any JSON."""
    leaf: Callable[[], Any] = lambda: chance.choice((None, True, 0, -1, 2**70, 1.5, 1e308, "x", name(chance), scale(chance)[:50]))  # noqa: E731
    if depth == 0 or chance.random() < 0.4:
        return leaf()
    if chance.random() < 0.5:
        return [json_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {name(chance)[:20]: json_value(chance, depth - 1) for _ in range(chance.randrange(4))}


def wrong_document(chance: random.Random) -> bytes:
    """Return a schema document with one or more mistakes."""
    one: Json = stream(
        "st-1", "d-1", "lamp", [field("dim_level", "int", "%")], tags={"line": "a"}, place={"name": "x", "lat": 43.8, "lon": 11.1}
    )
    for _ in range(chance.randint(1, 3)):
        key = chance.choice([*one, "more"])
        one[key] = json_value(chance)
    if chance.random() < 0.3:
        one["every_s"] = chance.choice((0, -1, 1e308, 5e-324, 2**60))
    if chance.random() < 0.3:
        one["place"] = {
            "name": "x" * chance.choice((1, 100_000)),
            "lat": chance.choice((1e308, -91, 90)),
            "lon": chance.choice((1e308, 181, "1")),
        }
    document: object = {"v": chance.choice((1, 1, 1, 2, "1", None)), "streams": chance.choice(([one], [one] * 100, one, []))}
    found = json.dumps(document).encode()
    which = chance.randrange(6)
    if which == 0:
        return found[: chance.randrange(len(found))]
    if which == 1:
        return b"[" * chance.choice((100, 10_000, 1_000_000))
    if which == 2:
        place = chance.randrange(len(found))
        return found[:place] + chance.randbytes(3) + found[place:]
    if which == 3:
        return found.replace(b"1.0", chance.choice((b"1e999", b"-1e999", b"NaN", b"9" * 5000)))
    return found


def wrong_row(chance: random.Random, *, readable: bool) -> Any:
    """Return a row with a value that does not fit; one that is not `readable` is not even a row."""
    row: list[Any] = [0, chance.choice((0, 0, 1, -1, 2**53, -(2**53), 2**63 - 1, -(2**63))), [number(chance)]]
    if chance.random() < 0.2:
        row[2] = [number(chance) for _ in range(chance.choice((0, 2, 50)))]
    if chance.random() < 0.2:
        row.append({chance.choice((0, 1, -1, 2**40)): chance.choice((0, 0x800A0000, 2**40, -1))})
    if not readable:
        which = chance.randrange(4)
        if which == 0:
            row = row[: chance.randrange(3)]
        elif which == 1:
            row.extend([{}, 1, 2, 3])
        elif which == 2:
            row[chance.randrange(3)] = number(chance)
        else:
            row.append({"0": "bad"})
    return row
