"""One step of an installation, as it is reported. Pure."""

from enum import StrEnum
from typing import NamedTuple


class InstallVerb(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    REMOVE = "remove"
    SET_ASIDE = "set aside"
    RUN = "run"
    KEEP = "keep"
    LEAVE = "leave"


_DONE = {
    InstallVerb.CREATE: "created",
    InstallVerb.UPDATE: "updated",
    InstallVerb.REPLACE: "replaced",
    InstallVerb.REMOVE: "removed",
    InstallVerb.SET_ASIDE: "set aside",
    InstallVerb.RUN: "ran",
    InstallVerb.KEEP: "unchanged",
    InstallVerb.LEAVE: "left",
}


class InstallStep(NamedTuple):
    """What is done to what, and why or with which consequence, if that is not obvious."""

    verb: InstallVerb
    what: str
    note: str = ""

    def said(self, *, dry_run: bool) -> str:
        """Return the step as a line for people, in the past or, in a dry run, as what would be done."""
        changes = self.verb not in (InstallVerb.KEEP, InstallVerb.LEAVE)
        verb = f"would {self.verb}" if dry_run and changes else _DONE[self.verb]
        return f"{verb}: {self.what}" + (f" ({self.note})" if self.note else "")
