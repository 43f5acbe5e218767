"""Reads the text files that people write: regular files of a bounded size, in UTF-8."""

import os
import stat
from pathlib import Path

from gateway.config.problems import ConfigError, Problem

SIZE_LIMIT_BYTES = 4 << 20


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        ConfigError: It can't be read, is not a regular file, is larger than 4 MiB, or is not UTF-8.
    """
    try:
        content = read_regular(path, SIZE_LIMIT_BYTES)
    except OSError as error:
        raise _invalid(path, f"can't be read: {error.strerror or error}", "check the name and its permissions") from error
    except ValueError as error:
        raise _invalid(path, f"can't be read: {error}", "check the name") from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(str(path), line, 1, "not UTF-8 text", "save the file as UTF-8")]) from error


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Read a regular file of a bounded size.

    Raises:
        OSError: It can't be read.
        ValueError: Its name contains a NUL character.
        ConfigError: It is not a regular file, or is too large.
    """
    # Without O_NONBLOCK, opening a FIFO waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise _invalid(path, f"can't be read: it is {kind}", "name a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > most_bytes:
        raise _invalid(path, f"the file is larger than {most_bytes >> 20} MiB", "split it")
    return content


def _invalid(path: Path, what: str, instead: str) -> ConfigError:
    return ConfigError([Problem(str(path), 1, 1, what, instead)])
