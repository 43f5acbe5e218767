"""Which workers of the centre are online. Pure."""

from enum import Enum, auto

from gateway.model.messages import WorkerState


class WorkerChange(Enum):
    """What a worker's state message changed."""

    NOTHING = auto()
    ONLINE = auto()
    """The worker is online again. It still has the batches that it received before."""
    STARTED = auto()
    """The worker is new: it does not know the batches that its predecessor received."""


MOST_WORKERS = 256
"""More than any centre has."""


class CentreWorkers:
    """The workers of the centre, true if one is online. At most `MOST_WORKERS` are known."""

    def __init__(self) -> None:
        self._online: set[str] = set()
        self._starts: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._online)

    def update(self, worker: str, state: WorkerState) -> WorkerChange:
        """Apply a worker's state message. Return what it changed; a worker that goes offline changes nothing for the sender."""
        if state.state == "offline":
            self._online.discard(worker)
            return WorkerChange.NOTHING
        if worker not in self._starts and not self._room():
            return WorkerChange.NOTHING
        start = state.start or ""
        known = self._starts.get(worker) == start
        if known and worker in self._online:
            return WorkerChange.NOTHING
        self._starts[worker] = start
        self._online.add(worker)
        return WorkerChange.ONLINE if known else WorkerChange.STARTED

    def _room(self) -> bool:
        """Return whether one more worker may be known; the first that is offline is forgotten for it."""
        if len(self._starts) < MOST_WORKERS:
            return True
        offline = next((name for name in self._starts if name not in self._online), None)
        if offline is not None:
            del self._starts[offline]
        return offline is not None

    def disconnected(self) -> None:
        """Mark all workers offline until their retained states arrive again."""
        self._online.clear()
