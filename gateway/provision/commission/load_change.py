"""How a change of the site file changes the load of its lines. Pure."""

from collections.abc import Mapping

import msgspec

from gateway.fieldbus.load_forecast import forecast_loads
from gateway.model.profile import Profile
from gateway.model.site.file import Site
from gateway.provision.findings import Sentence


class LoadChange(msgspec.Struct, frozen=True, kw_only=True):
    """The predicted share of a line's time, from 0 to 1, before and after; None where there is nothing to predict."""

    line: str
    before: float | None
    after: float | None
    remedies: list[Sentence] = []


def load_changes(before: Site, after: Site, profiles: Mapping[str, Profile]) -> list[LoadChange]:
    """Return the lines whose predicted load changes."""
    loads = {one.line: one.share for one in forecast_loads(before, profiles)}
    changes = [
        LoadChange(line=one.line, before=loads.get(one.line), after=one.share, remedies=[Sentence(*remedy) for remedy in one.remedies])
        for one in forecast_loads(after, profiles)
    ]
    return [one for one in changes if one.before != one.after]
