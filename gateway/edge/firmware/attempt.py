"""An attempt to update a device that runs in the background: who follows it, and how it is stopped."""

import asyncio
from collections.abc import Callable

from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.session import FlashOutcome

FollowUpdate = Callable[[UpdateView], None]


class UpdateAttempt:
    """An attempt. `image` is the SHA-256 of its image, once that is known; `view` is what was reported last."""

    def __init__(self, device: str, line: str, by: str, image: str | None = None) -> None:
        self.line, self.image = line, image
        self.stop = asyncio.Event()
        self.view = UpdateView(device=device, line=line, by=by, image=image or "", phase="checking", done_bytes=0, total_bytes=0)
        self.followers: list[FollowUpdate] = []
        self._task: asyncio.Task[FlashOutcome] | None = None

    def run(self, task: "asyncio.Task[FlashOutcome]") -> None:
        """Run it as a task."""
        self._task = task
        task.add_done_callback(_examined)

    def report(self, view: UpdateView) -> None:
        """Tell everybody who follows it how far it is."""
        self.view = view
        for follow in self.followers:
            follow(view)

    async def outcome(self) -> FlashOutcome:
        """Wait for its end; the attempt goes on if the caller is cancelled.

        Raises:
            FlashRefused, FlashFailed, OSError: it did not succeed.
        """
        if self._task is None:
            raise RuntimeError("the attempt was not begun")
        return await asyncio.shield(self._task)

    async def end(self) -> None:
        """Stop it between two chunks, and wait until it has ended."""
        self.stop.set()
        if self._task is not None:
            await asyncio.wait((self._task,))

    async def abandon(self, within_s: float) -> None:
        """Stop it; if it has not ended in time, in the middle of a chunk."""
        self.stop.set()
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=within_s)
            self._task.cancel()
            await asyncio.wait((self._task,))


def _examined(task: "asyncio.Task[FlashOutcome]") -> None:
    """Mark the error of a task as seen: it was reported to those who follow the attempt."""
    if not task.cancelled():
        task.exception()
