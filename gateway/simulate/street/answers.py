"""The simulators' own log: every answer with its true values and what was done to it on the way."""

from pathlib import Path
from typing import Literal, TextIO

import msgspec

from gateway.simulate.devices.maps import Served

Fate = Literal["delivered", "silent", "noise"]


class ServedAnswer(msgspec.Struct):
    """One answer, or one line of a stream: when it was asked for (ms), its values, and whether it was let through."""

    t_ms: int
    device: str
    fate: Fate
    values: list[Served]
    streamed: bool = False


class AnswerLog:
    """Appends answers to a file as lines of JSON."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", encoding="utf-8")

    def note(self, answer: ServedAnswer) -> None:
        """Write an answer down; called before its first byte leaves."""
        self._file.write(msgspec.json.encode(answer).decode() + "\n")

    def flush(self) -> None:
        """Bring what was written to the file."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> list[ServedAnswer]:
    """Read a log."""
    decode = msgspec.json.Decoder(ServedAnswer).decode
    return [decode(line) for line in path.read_bytes().splitlines()]
