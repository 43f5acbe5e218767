"""The fleet as the centre knows it: what the store has of the gateways' health."""

from collections import defaultdict

from gateway.centre.stores.port import StoreReader
from gateway.model.batch import Value
from gateway.model.topics import GatewayId

LatestHealth = dict[GatewayId, dict[str, Value]]
"""The latest of each gateway by field, with its time under `t_ms`."""


def latest_health(site: str, reader: StoreReader) -> LatestHealth:
    """Give the latest health of every gateway that told of it within a day.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    found: LatestHealth = defaultdict(dict)
    for tags, t_ms, values in reader.health():
        found[GatewayId(site, tags["operator"], tags["gateway"])] |= {**values, "t_ms": t_ms}
    return found
