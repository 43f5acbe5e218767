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


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Exit with a message if the journal can't be read."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        fail(f"the journal can't be read: {error}")
    except BatchError as error:
        fail(f"the journal is damaged ({error}): run 'gateway journal verify' to see where")
