"""The simulators' log of everything that they served: each response with its true values and its fate on the line."""

from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import msgspec

Fate = Literal["delivered", "silent", "noise", "late"]
"""Whether a response was delivered, suppressed, corrupted on the line, or sent so late that it may not have been accepted."""


class Served(NamedTuple):
    """A value in a response: the asset's field, and the value in the field's unit."""

    asset: str
    measurement: str
    field: str
    value: float | bool | str


class ServedResponse(msgspec.Struct):
    """One response, or one line that a device streams unasked: the time of its request (ms), its values, and its fate."""

    t_ms: int
    device: str
    fate: Fate
    values: list[Served]
    streamed: bool = False


class ServedLog:
    """Appends responses to a file, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", encoding="utf-8")

    def append(self, response: ServedResponse) -> None:
        """Append a response; call it before the first byte is sent."""
        self._file.write(msgspec.json.encode(response).decode() + "\n")

    def flush(self) -> None:
        """Write to the file what is buffered."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_served(path: Path) -> list[ServedResponse]:
    """Read a log. A response that turned out to be late is in it twice, and returned once, as late."""
    decode = msgspec.json.Decoder(ServedResponse).decode
    found: dict[tuple[object, ...], ServedResponse] = {}
    for line in path.read_bytes().splitlines():
        response = decode(line)
        key = (response.t_ms, response.device, response.streamed, *response.values)
        found[key if response.fate in ("delivered", "late") else (len(found), *key)] = response
    return list(found.values())
