"""The exceptions that the project allows itself, each with its reason; one that is no longer needed is a violation itself."""

import tomllib
from pathlib import Path

from tests.house.source import Violation

FILE = Path(__file__).with_name("exceptions.toml")


class Listed:
    """One table of the file: reasons by what they excuse, and which of them were needed."""

    def __init__(self, reasons: dict[str, str], lines: dict[str, int]) -> None:
        self._reasons, self._lines = reasons, lines
        self._needed: set[str] = set()

    def excuses(self, key: str) -> bool:
        """Return whether an entry excuses this, and remember that it was needed."""
        self._needed |= {key} & self._reasons.keys()
        return key in self._reasons

    def unneeded(self) -> list[Violation]:
        """Return a violation for every entry without a reason, and for every one that excused nothing."""
        found = [(key, "no reason is given") for key, reason in self._reasons.items() if not reason.strip()]
        found += [(key, "no longer needed: remove it") for key in self._reasons.keys() - self._needed]
        return [Violation(f"tests/house/{FILE.name}", self._lines.get(key, 1), f"{key!r}: {text}") for key, text in found]


def read(text: str) -> dict[str, Listed]:
    """Return the tables of the file by their names."""
    lines = {line.split('"')[1]: number for number, line in enumerate(text.splitlines(), 1) if line.startswith('"')}
    return {name: Listed(reasons, lines) for name, reasons in tomllib.loads(text).items()}
