"""The schema documents of the city plane, and when it asks gateways for one. Pure: the time is handed in.

The documents are retained, so a publisher that starts has them all, unless the broker lost them.
"""

from gateway.centre.schemas import Schemas
from gateway.model.topics import GatewayId

_AGAIN_S = 10.0
"""A gateway that has not answered for so long is asked again, when its next batch arrives."""

_MOST = 10_000
"""Gateways that are remembered. Those asked first are forgotten, and may be asked again too early."""


class AskedSchemas(Schemas):
    """Documents, and when each gateway was asked last: it describes all that it sends in one, and answers within a second."""

    def __init__(self) -> None:
        super().__init__()
        self._asked_s: dict[GatewayId, float] = {}

    def due(self, sender: GatewayId, now_s: float) -> bool:
        """Return whether to ask a gateway now, and record that it is asked."""
        if now_s < self._asked_s.get(sender, float("-inf")) + _AGAIN_S:
            return False
        self._asked_s.pop(sender, None)
        self._asked_s[sender] = now_s
        if len(self._asked_s) > _MOST:
            del self._asked_s[next(iter(self._asked_s))]
        return True
