"""Confirmed batches for the tests of the audit."""

from gateway.centre.self_audit.parts import Confirmed
from gateway.model.topics import GatewayId

ME, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2")
PART_MS = 600_000
T = 1_795_400_400_000
"""The beginning of a part."""

SCHEMA = b"schema.8"


def confirmed(offset_ms: int = 0, *cells: int, sender: GatewayId = ME, width: int = 4) -> Confirmed:
    """Return a batch whose row in `uplink` is at an offset from T, with the counts that it increases there."""
    begin_ms = (T + offset_ms) // PART_MS * PART_MS
    return Confirmed(sender, T + offset_ms, SCHEMA, width, {begin_ms: list(cells)} if cells else {})
