"""The roll-outs of firmware that the page shows: what the centre publishes of them. Pure: messages in, roll-outs out."""

from gateway.model.messages import RolloutsMessage, RolloutStatus
from gateway.model.untrusted_json import json_reader

_MOST = 50
"""Of more roll-outs, the newest are shown."""

_read = json_reader(RolloutsMessage)


class RolloutBoard:
    """The latest message about roll-outs."""

    def __init__(self) -> None:
        self._rollouts: list[RolloutStatus] = []
        self._changed = False

    def accept(self, payload: bytes) -> None:
        """Store a message; an empty one says that there are no roll-outs.

        Raises:
            ValueError: The payload is not such a message.
        """
        self._rollouts = _read(payload).rollouts[-_MOST:] if payload else []
        self._changed = True

    def all(self) -> list[RolloutStatus]:
        """Return the roll-outs, the newest first."""
        return self._rollouts[::-1]

    def collect_changed(self) -> list[RolloutStatus] | None:
        """Return the roll-outs if they have changed since the last call."""
        changed, self._changed = self._changed, False
        return self.all() if changed else None
