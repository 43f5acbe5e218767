"""A gateway that has moved to another machine must not run on the old one any more: a mark in its state folder says so."""

from pathlib import Path

from gateway.host.files import heir_of, write_whole
from gateway.model.instants import iso_utc

MARK = "retired"


class Retired(Exception):
    """The gateway has moved; the message says when, and how to bring it back."""


def retire(state: Path, now_ms: int) -> None:
    """Mark a gateway as moved.

    Raises:
        OSError: The mark can't be written.
    """
    state.mkdir(parents=True, exist_ok=True)
    write_whole(state / MARK, f"{iso_utc(now_ms, 'seconds')}\n".encode(), mode=0o644, owner=heir_of(state))


def check_not_retired(state: Path) -> None:
    """Check that a gateway has not moved.

    Raises:
        Retired: It has.
    """
    try:
        since = (state / MARK).read_text(encoding="utf-8", errors="replace").strip()[:32]
    except OSError:
        return
    raise Retired(f"this gateway moved to another machine ({since}): both must not run; delete {state / MARK} if it stays here")
