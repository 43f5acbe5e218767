"""The time that counting by series may take. Pure: the caller measures it."""

from zlib import crc32

from gateway.model.topics import GatewayId

SHARE = 0.003
_BURST_S = 0.03
_MOST_GROUPS = 64


class CountingBudget:
    """Grants counting a small share of the time. If that is not enough for all gateways, groups of them take turns, part by part."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._left_s = _BURST_S
        self._at_s = self._changed_s = 0.0
        self.groups = 1

    def allows(self, sender: GatewayId, part: int, now_s: float) -> bool:
        """Return whether the batches of a gateway in a part, given by its number, are counted."""
        self._left_s = min(_BURST_S, self._left_s + (now_s - self._at_s) * self._share)
        self._at_s = now_s
        if now_s - self._changed_s >= 1:
            if self._left_s <= 0:
                self.groups, self._changed_s = min(_MOST_GROUPS, 2 * self.groups), now_s
            elif self._left_s == _BURST_S and self.groups > 1:
                self.groups, self._changed_s = self.groups // 2, now_s + 60
        if self._left_s <= 0:
            return False
        return self.groups == 1 or (crc32("/".join(sender).encode()) + part) % self.groups == 0

    def spend(self, seconds: float) -> None:
        """Record the time that was needed."""
        self._left_s -= seconds
