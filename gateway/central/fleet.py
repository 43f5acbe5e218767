"""The fleet as the centre knows it: what gateways say of themselves, and what the store has of their health."""

from collections import defaultdict
from pathlib import Path

from gateway.central.history import HistoryReader
from gateway.central.influx import InfluxConnection, query
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE
from gateway.model.site import Store
from gateway.model.topics import GatewayId

Health = dict[GatewayId, dict[str, Value]]
"""The latest of each gateway by field, with its time under `t_ms`."""


def latest_health(site: str, store: Store) -> Health:
    """Give the latest health of every gateway that told of it within a day.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    found: Health = defaultdict(dict)
    if store.influx is not None:
        connection = InfluxConnection(store.influx)
        try:
            newest = "GROUP BY operator, gateway ORDER BY time DESC LIMIT 1"
            statement = f"SELECT * FROM gateway WHERE profile = '{HEALTH_PROFILE}' AND time > now() - 1d {newest}"  # noqa: S608 — constants
            for series in query(connection, store.influx.database, statement):
                sender = GatewayId(site, series["tags"]["operator"], series["tags"]["gateway"])
                found[sender] = dict(zip(["t_ms", *series["columns"][1:]], series["values"][0], strict=True))
        finally:
            connection.close()
    elif store.history is not None:
        reader = HistoryReader(Path(store.history.path))
        try:
            for tags, field, t_ms, value in reader.latest("gateway"):
                if tags["profile"] == HEALTH_PROFILE:
                    found[GatewayId(site, tags["operator"], tags["gateway"])] |= {field: value, "t_ms": t_ms}
        finally:
            reader.close()
    return found
