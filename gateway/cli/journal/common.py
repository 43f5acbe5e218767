"""What the commands about a journal share."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.common import fail, read_site
from gateway.config.scalar_readers import InvalidScalar, duration
from gateway.config.yaml_tree import Scalar
from gateway.model.batch import BatchError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Since(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A time in the past: how long ago (6h, 2d), or when (2026-11-26T18:00, in UTC where it says no zone)."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Give milliseconds since 1970."""
        if isinstance(value, int):
            return value
        text = str(value)
        unread: Scalar = None
        with contextlib.suppress(InvalidScalar):
            return time.time_ns() // 1_000_000 - int(1000 * duration(unread, text))
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"'{text}' is no time; write how long ago (6h, 2d) or when (2026-11-26T18:00)", param, ctx)
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


SINCE = click.option("--since", "since_ms", type=Since(), default=0, help="Only what began since: 6h, 2d, or 2026-11-26T18:00 (UTC).")


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


def when(ms: int | None) -> str:
    """Show a time, in UTC."""
    return "-" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
