"""The gateway's process: the last records of its log, and its restart, for `gateway.web.technician.upkeep_routes`."""

import logging
import os
import signal
from collections import deque
from collections.abc import AsyncGenerator

from starlette.responses import Response

from gateway.web.event_stream import event
from gateway.web.technician.upkeep_routes import LoggedRecord, LogLevel
from gateway.web.watched_stream import WatchedStream

log = logging.getLogger(__name__)

_RECORDS_MOST = 2000
_CHARACTERS_MOST = 4000
"""Of one message, with its traceback."""

_EVERY_S = 0.5

_LEVELS: dict[LogLevel, int] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class LogRing(logging.Handler):
    """Keeps the last records of the process, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._records: deque[tuple[int, LoggedRecord]] = deque(maxlen=_RECORDS_MOST)
        self.newest = 0
        """The number of the newest record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        self.newest += 1
        shown = LoggedRecord(self.newest, int(1000 * record.created), record.levelname.lower(), record.name, message[:_CHARACTERS_MOST])
        self._records.append((record.levelno, shown))

    def records(self, level: int, after: int) -> list[LoggedRecord]:
        """Return the records of a level or a higher one that come after a number, oldest first."""
        return [record for levelno, record in list(self._records) if levelno >= level and record.number > after]


class LocalLog:
    """The log while the context lasts."""

    def __init__(self) -> None:
        self._ring = LogRing()
        self._stream = WatchedStream(self._new, _EVERY_S)
        self._seen = 0
        logging.getLogger().addHandler(self._ring)

    async def close(self) -> None:
        """Keep no more records, and end every stream."""
        logging.getLogger().removeHandler(self._ring)
        await self._stream.close()

    def records(self, level: LogLevel, after: int) -> list[LoggedRecord]:
        """Return the records of a level or a higher one that come after a number, oldest first."""
        return self._ring.records(_LEVELS[level], after)

    def events(self) -> Response:
        """Return a stream of events `records`: at first all, then new ones."""
        if not self._stream.viewers:
            self._seen = self._ring.newest
        return self._stream.response(lambda: event("records", self.records("info", 0)))

    async def _new(self) -> AsyncGenerator[bytes, None]:
        while True:
            new = self._ring.records(logging.INFO, self._seen)
            self._seen = new[-1].number if new else self._seen
            yield event("records", new) if new else b""


class LocalRestart:
    """Ends the process as `systemctl stop` does; systemd starts it again (`Restart=always`)."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway

    @property
    def supervised(self) -> bool:
        """Whether systemd has started this process: only then is INVOCATION_ID set (systemd.exec(5))."""
        return "INVOCATION_ID" in os.environ

    def stop(self) -> None:
        """End the gateway orderly."""
        log.warning("a technician restarts the gateway")
        os.kill(os.getpid(), signal.SIGTERM)
