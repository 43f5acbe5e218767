"""Standard output whose reader may leave early: `gateway journal export site.yaml | head`."""

import io
import os
import sys

READER_GONE = 141
"""The exit code of a program that SIGPIPE ends: 128 + 13. Python ignores the signal, because it would also end a gateway at a socket."""


class _StandardOutput(io.FileIO):
    """Ends the process when the reader is gone. The error is no OSError, which commands take for one of the files that they read."""

    def write(self, content: bytes, /) -> int:  # type: ignore[override]  # any buffer
        """Write, or leave quietly."""
        try:
            return super().write(content)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # what is still buffered is flushed at the exit
            os.close(nowhere)
            raise SystemExit(READER_GONE) from None


def leave_with_the_reader() -> None:
    """Make the process end quietly if the reader of its standard output ends first."""
    standard = sys.stdout
    if standard is not sys.__stdout__ or not isinstance(standard, io.TextIOWrapper):
        return  # closed, or replaced by a test
    standard.flush()
    raw = _StandardOutput(standard.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=standard.encoding, errors=standard.errors, line_buffering=standard.line_buffering
    )
