"""The ledger on disk, in the file of dead letters, so that a restart of a worker does not forget what it confirmed."""

from collections.abc import Iterable
from pathlib import Path

from gateway.centre.self_audit.parts import Part, decode_part
from gateway.host.sqlite import open_durable
from gateway.model.topics import GatewayId

_TABLE = """
CREATE TABLE IF NOT EXISTS confirmed (
    worker TEXT NOT NULL, operator TEXT NOT NULL, gateway TEXT NOT NULL, begin_ms INTEGER NOT NULL,
    length_ms INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (worker, operator, gateway, begin_ms)
) WITHOUT ROWID
"""


class SavedParts:
    """The parts of one worker; several workers may share the file.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path, site: str, worker: str, part_ms: int) -> None:
        self._site, self._worker, self._part_ms = site, worker, part_ms
        self._database = open_durable(path)
        self._database.execute(_TABLE)

    def load(self, since_ms: int) -> dict[tuple[GatewayId, int], Part]:
        """Return the parts that begin at a time or later; those that can't be read are left out."""
        query = "SELECT operator, gateway, begin_ms, body FROM confirmed WHERE worker = ? AND length_ms = ? AND begin_ms >= ?"
        found = {}
        for operator, gateway, begin_ms, body in self._database.execute(query, (self._worker, self._part_ms, since_ms)):
            try:
                found[GatewayId(self._site, operator, gateway), begin_ms] = decode_part(body)
            except ValueError:  # written by another version
                continue
        return found

    def save(self, parts: Iterable[tuple[GatewayId, int, bytes]], before_ms: int) -> None:
        """Write parts, and delete those that begin before a time."""
        rows = ((self._worker, sender.operator, sender.gateway, begin_ms, self._part_ms, body) for sender, begin_ms, body in parts)
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._database.execute("DELETE FROM confirmed WHERE begin_ms < ?", (before_ms,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
