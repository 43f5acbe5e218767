"""Functions that the journal commands share."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.common import fail, read_site
from gateway.model.batch import BatchError


def journal_of(site: Path) -> Path:
    """Return the path of the journal: that of a site file's gateway, or the file itself if it is a journal."""
    return site if site.suffix == ".sqlite" else Path(read_site(site).site.journal.path)


_CRAFTED = (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError, MemoryError)
"""What reading and printing values of unexpected types and sizes raises: SQLite stores any of them in any column."""


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Exit with a message if the journal can't be read."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        fail(f"the journal can't be read: {error}")
    except BatchError as error:
        fail(f"the journal is damaged ({error}): run 'gateway journal verify' to see where")


@contextlib.contextmanager
def inspectable() -> Iterator[None]:
    """Exit with a message if the journal can't be read, or contains what no gateway writes."""
    with readable():
        try:
            yield
        except _CRAFTED as error:
            fail(f"the journal is damaged, or was not written by a gateway ({type(error).__name__}: {error})")
