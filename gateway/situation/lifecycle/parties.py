"""Who takes part: the organisations of a site, and who acts for one."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.situation.event.kinds import SituationKind

ANSWERED_KINDS = frozenset({SituationKind.ROADWORKS, SituationKind.CLOSURE, SituationKind.PUBLIC_EVENT})
"""What an authority has to agree to before it happens; other events just happen."""


class Organisation(NamedTuple):
    """An organisation. An authority answers proposals and sees all of them; `kinds` are those that it may publish, None is all."""

    name: str
    title: str
    authority: bool = False
    kinds: frozenset[str] | None = None

    def may_publish(self, kind: SituationKind) -> bool:
        """Return whether it may publish events of a kind."""
        return self.kinds is None or kind.member in self.kinds


class Actor(NamedTuple):
    """Who does something: an organisation, and the person of it; the Situation Room itself has no organisation."""

    organisation: str | None
    person: str = ""


THE_ROOM = Actor(None)
"""The Situation Room: it acts when time has passed, or when telemetry shows what happens."""


class Parties:
    """The organisations of a site, by name."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self.organisations = dict(organisations)
        self.authorities = frozenset(name for name, one in self.organisations.items() if one.authority)

    def get(self, name: str | None) -> Organisation | None:
        """Return an organisation; None if it does not take part."""
        return None if name is None else self.organisations.get(name)

    def asked(self, kind: SituationKind, owner: str) -> frozenset[str]:
        """Return the authorities that have to answer before an event of an owner is planned; none if nobody has to."""
        if kind not in ANSWERED_KINDS or owner in self.authorities:
            return frozenset()
        return self.authorities
