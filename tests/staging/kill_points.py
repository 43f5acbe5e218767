"""Kills this process with SIGKILL at the n-th step that it takes with the files of a configuration: before, within or after it.

The steps are those of the operating system: make a temporary file, write it, flush it, rename it, flush its folder, delete. They are
patched here, outside the production code, and only while the thread works on a configuration.
"""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch


class KillPoints:
    """Counts the steps; kills at number `at`, never if that is 0."""

    def __init__(self, at: int) -> None:
        self.seen, self._at = 0, at
        self._armed = threading.local()

    def step(self) -> None:
        """Count a step, and die if it is the one."""
        if not getattr(self._armed, "now", False):
            return
        self.seen += 1
        if self.seen == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Count the steps of this thread until the context exits."""
        self._armed.now = True
        try:
            yield
        finally:
            self._armed.now = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Patch what works on files until the context exits."""
        fdopen = os.fdopen

        def opened(*args: Any, **kwargs: Any) -> Any:
            return _HalfWriter(fdopen(*args, **kwargs), self.step)

        with (
            patch("os.fsync", self._around(os.fsync)),
            patch("os.fchmod", self._around(os.fchmod)),
            patch("os.fdopen", opened),
            patch("tempfile.mkstemp", self._around(tempfile.mkstemp)),
            patch.object(Path, "replace", self._around(Path.replace)),
            patch.object(Path, "unlink", self._around(Path.unlink)),
            patch.object(Path, "mkdir", self._around(Path.mkdir)),
        ):
            yield

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = function(*args, **kwargs)
            self.step()
            return result

        return stepped


class _HalfWriter:
    """A file that is written in two halves."""

    def __init__(self, file: Any, step: Callable[[], None]) -> None:
        self._file, self._step = file, step

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        """Write a half, and then the other."""
        half = len(content) // 2
        for part in (content[:half], content[half:]):
            self._file.write(part)
            self._file.flush()
            self._step()
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
