"""The alarms that have ended. Pure: the active alarms and the time in, what has ended out."""

from collections import deque
from collections.abc import Iterable

import msgspec

from gateway.web.operator.board import AlarmKind, BoardAlarm

_MOST = 1000
"""So many are remembered; the oldest are discarded."""


class EndedAlarm(msgspec.Struct, frozen=True):
    """An alarm that is over, and how long it lasted."""

    kind: AlarmKind
    subject: str
    detail: str
    since_ms: int
    until_ms: int


class AlarmHistory:
    """Remembers alarms when they end, since this program started.

    Args:
        since_ms: When this program started.
        most: How many are remembered.
    """

    def __init__(self, since_ms: int, most: int = _MOST) -> None:
        self.since_ms = since_ms
        self._active: dict[tuple[AlarmKind, str, int], BoardAlarm] = {}
        self._ended = deque[EndedAlarm](maxlen=most)

    def update(self, active: Iterable[BoardAlarm], now_ms: int) -> None:
        """Accept the alarms that are active now; those that were, and are no more, have ended."""
        before, self._active = self._active, {(one.kind, one.subject, one.since_ms): one for one in active}
        for key, one in before.items():
            if key not in self._active:
                self._ended.append(EndedAlarm(one.kind, one.subject, one.detail, one.since_ms, now_ms))

    def ended(self) -> list[EndedAlarm]:
        """Return the alarms that have ended, the latest first."""
        return list(reversed(self._ended))
