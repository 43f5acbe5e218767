"""Calls from another thread into the event loop."""

import asyncio
from collections.abc import Callable


class LoopHandover:
    """Runs functions in the event loop on behalf of another thread; does nothing before `attach` and after the loop is closed."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self) -> None:
        """Use the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def call(self, function: Callable[..., None], *args: object) -> None:
        """Run a function soon in the loop's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function, *args)
