"""Logging: lines for people on a terminal, JSON for systemd's journal and other collectors."""

import logging
import os
import sys
import time
from typing import TextIO

import msgspec

_COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31;1m", "DEBUG": "\x1b[2m"}


class _ForPeople(logging.Formatter):
    def __init__(self, *, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """Return one line: time, level unless it is INFO, message."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        line = f"{clock} {level}{record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        colour = _COLOURS.get(record.levelname) if self._coloured else None
        return f"{colour}{line}\x1b[0m" if colour else line


class _ForPrograms(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON object."""
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


def set_up(*, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Log to standard error: JSON if systemd collects it, else lines for people."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    under_systemd = "JOURNAL_STREAM" in os.environ and not out.isatty()
    coloured = out.isatty() and "NO_COLOR" not in os.environ
    handler.setFormatter(_ForPrograms() if under_systemd else _ForPeople(coloured=coloured))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    # Anybody can make uvicorn warn about requests that are none: they must not fill the log.
    for noisy, level in (("asyncio", logging.WARNING), ("uvicorn.access", logging.WARNING), ("uvicorn.error", logging.ERROR)):
        logging.getLogger(noisy).setLevel(level)
