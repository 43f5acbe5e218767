"""Which batches a store has: the numbers in measurement `uplink`, by gateway and epoch."""

from collections import defaultdict
from pathlib import Path

from gateway.central.history import HistoryReader
from gateway.central.influx import InfluxConnection, query
from gateway.model.site import Store
from gateway.model.topics import GatewayId

Numbers = dict[tuple[GatewayId, bytes], set[int]]


def kept_batches(site: str, store: Store, since_ms: int) -> Numbers:
    """Give the numbers of the batches in a store that begin since a time.

    Raises:
        StoreUnavailable: it does not answer.
    """
    found: Numbers = defaultdict(set)
    if store.history is not None:
        reader = HistoryReader(Path(store.history.path))
        try:
            for tags, t_ms, seq in reader.tagged("uplink", "seq"):
                if t_ms >= since_ms:
                    found[_key(site, tags)].add(int(seq))  # type: ignore[arg-type]  # a number by the contract
        finally:
            reader.close()
    elif store.influx is not None:
        connection = InfluxConnection(store.influx)
        try:
            statement = f'SELECT "seq" FROM "uplink" WHERE time >= {since_ms}ms GROUP BY "operator", "gateway", "epoch"'  # noqa: S608 — a number
            for series in query(connection, store.influx.database, statement):
                found[_key(site, series["tags"])].update(int(row[1]) for row in series["values"])
        finally:
            connection.close()
    return found


def _key(site: str, tags: dict[str, str]) -> tuple[GatewayId, bytes]:
    return GatewayId(site, tags["operator"], tags["gateway"]), bytes.fromhex(tags["epoch"])
