"""Readings that every gateway is to send again, because the store was restored or dropped: spans of time, and who was asked for them.

They are in the file of dead letters, so that a gateway that is offline now is asked when it comes back.
"""

from collections.abc import Iterable
from pathlib import Path

from gateway.centre.stores.port import Span
from gateway.host.sqlite import open_durable
from gateway.model.topics import GatewayId

ASKS = 2
"""The second request is for a gateway that did not get the first."""

ASK_AGAIN_MS = 3_600_000
KEEP_MS = 30 * 86_400_000
"""No journal reaches back further (`keep_stored`)."""

_TABLES = """
CREATE TABLE IF NOT EXISTS owed (id INTEGER PRIMARY KEY AUTOINCREMENT, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS owed_asks (
    owed INTEGER NOT NULL, operator TEXT NOT NULL, gateway TEXT NOT NULL, asks INTEGER NOT NULL, asked_ms INTEGER NOT NULL,
    PRIMARY KEY (owed, operator, gateway)
) WITHOUT ROWID;
"""

_DUE = """
INSERT INTO owed_asks VALUES (?, ?, ?, 1, ?)
ON CONFLICT (owed, operator, gateway) DO UPDATE SET asks = asks + 1, asked_ms = excluded.asked_ms
    WHERE asks < ? AND asked_ms <= excluded.asked_ms - ?
RETURNING asks
"""


class OwedReadings:
    """The spans that gateways are to send again. Several processes may share the file.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        self._database = open_durable(path)
        self._database.executescript(_TABLES)

    def add(self, span: Span) -> None:
        """Have every gateway asked for a span of time."""
        with self._database:
            self._database.execute("INSERT INTO owed (since_ms, until_ms) VALUES (?, ?)", (span.from_ms, span.to_ms))

    def due(self, heard: Iterable[GatewayId], now_ms: int) -> list[tuple[GatewayId, Span]]:
        """Return whom to ask for what now, of the gateways that are heard; they count as asked."""
        found = []
        with self._database:
            self._forget(now_ms - KEEP_MS)
            spans = self._database.execute("SELECT id, since_ms, until_ms FROM owed").fetchall()
            senders = list(heard) if spans else []
            for number, since_ms, until_ms in spans:
                for sender in senders:
                    values = (number, sender.operator, sender.gateway, now_ms, ASKS, ASK_AGAIN_MS)
                    if self._database.execute(_DUE, values).fetchall():
                        found.append((sender, Span(since_ms, until_ms)))
        return found

    def _forget(self, before_ms: int) -> None:
        gone = self._database.execute("DELETE FROM owed WHERE until_ms < ? RETURNING id", (before_ms,)).fetchall()
        self._database.executemany("DELETE FROM owed_asks WHERE owed = ?", gone)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
