"""Whether a task makes progress, for health and watchdog."""

import time
from collections.abc import Callable


class Progress:
    """Notes the steps of a task. One that works for longer than `allowed_s` without a step is stuck; one that waits for work is not."""

    def __init__(self, allowed_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._allowed_s, self._now_s = allowed_s, now_s
        self._stepped_s: float | None = None

    def step(self) -> None:
        """Note that the task works, and did something."""
        self._stepped_s = self._now_s()

    def still(self) -> None:
        """Note that a task that works goes on, because what it waits for is known to be away; nothing if it does not work."""
        if self._stepped_s is not None:
            self.step()

    def wait(self) -> None:
        """Note that the task waits for work."""
        self._stepped_s = None

    @property
    def stuck(self) -> bool:
        """Whether the task has made no step for too long."""
        return self._stepped_s is not None and self._now_s() - self._stepped_s > self._allowed_s
