"""The simulators' log of everything that they served: each response with its true values and its fate on the line."""

from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import msgspec

Fate = Literal["delivered", "silent", "noise"]
"""Whether a response was delivered, suppressed, or corrupted on the line."""


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
    """Read a log."""
    decode = msgspec.json.Decoder(ServedResponse).decode
    return [decode(line) for line in path.read_bytes().splitlines()]
