"""What the commands about a journal share."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.common import fail, read_site
from gateway.model.batch import BatchError


def journal_of(site: Path) -> Path:
    """Give the journal of a site file's gateway (or the file itself, where it is a journal)."""
    return site if site.suffix == ".sqlite" else Path(read_site(site).site.journal.path)


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """End with a sentence where a journal can't be read."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        fail(f"the journal can't be read: {error}")
    except BatchError as error:
        fail(f"the journal is damaged ({error}): 'gateway journal verify' says where")
