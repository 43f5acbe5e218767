"""Compares what each organisation received with what the room's history says, and with whom the script lets see it. Pure.

Who may see what follows from the script alone: the owner, those that it names, the authorities for what they answer, and everybody for
what is public. On the broker every change comes once on each channel; the stream of the API may leave out what was changed again meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.simulate.day.acts import DayStep
from gateway.simulate.day.organisations import ORGANISATIONS, DayOrganisation
from gateway.simulate.day.records import Channel, PlayedStep, ReceivedChange

_ANSWERED = ("roadworks", "closure", "publicevent")
"""Kinds that authorities answer, unless they publish them themselves."""


class DayChange(NamedTuple):
    """A change in the room's history; `organisation` and `request` say whose request it was, None: the room's own."""

    number: int
    situation: str
    version: int
    organisation: str | None
    request: str | None


class DayVerdict(NamedTuple):
    """What became of the day; everything from `refused` to `foreign` must be 0, `received` is by organisation.

    `lost`: changes that did not arrive, and requests that were answered as done and are not in the history. `doubled`: what arrived or was
    done twice. `disordered`: what arrived after something newer. `foreign`: what the organisation may not see. `failure`: why the day ended
    early, unless it was stopped.
    """

    published: int
    requests: int
    changes: int
    received: Mapping[str, int]
    refused: int
    lost: int
    doubled: int
    disordered: int
    foreign: int
    notes: Sequence[str]
    failure: str | None = None

    @property
    def good(self) -> bool:
        """Whether everything arrived where it belongs, once and in order."""
        return not (self.failure or self.refused or self.lost or self.doubled or self.disordered or self.foreign)


class _Reach(NamedTuple):
    public: bool
    organisations: frozenset[str]


class _Tally(NamedTuple):
    lost: int
    doubled: int
    disordered: int
    foreign: int


def judge(
    steps: Sequence[DayStep], played: Sequence[PlayedStep], history: Sequence[DayChange], received: Mapping[str, Sequence[ReceivedChange]]
) -> DayVerdict:
    """Return what became of the steps that were played.

    Args:
        steps: All steps of the script.
        played: Those that were played, with the answers.
        history: What the room has written.
        received: What each organisation received, in order.
    """
    reach = _reaches(steps)
    requests = Counter((one.organisation, one.request) for one in history if one.request is not None)
    done = [(one.step.organisation, one.request) for one in played if one.reply.done and one.step.act["type"] != "conflicts"]
    refused = [one for one in played if not one.reply.done]
    tallies = [_tally(one, reach, history, received.get(one.name, ())) for one in ORGANISATIONS]
    notes = [f"{one.step.organisation}, {one.step.act['type']} {one.step.situation}: {one.reply.reason}" for one in refused]
    notes += [f"{one.name}: {_words(tally)}" for one, tally in zip(ORGANISATIONS, tallies, strict=True) if any(tally)]
    return DayVerdict(
        published=len({one.situation for one in history}),
        requests=len(played),
        changes=len(history),
        received={name: len(changes) for name, changes in received.items()},
        refused=len(refused),
        lost=sum(one.lost for one in tallies) + sum(requests[one] == 0 for one in done),
        doubled=sum(one.doubled for one in tallies) + sum(count - 1 for count in requests.values()),
        disordered=sum(one.disordered for one in tallies),
        foreign=sum(one.foreign for one in tallies),
        notes=notes,
    )


def missing(one: DayOrganisation, steps: Sequence[DayStep], history: Sequence[DayChange], arrived: Sequence[ReceivedChange]) -> int:
    """Return how much is still to arrive at an organisation."""
    return _tally(one, _reaches(steps), history, arrived).lost


def _words(tally: _Tally) -> str:
    return ", ".join(f"{count} {name}" for name, count in tally._asdict().items() if count)


def _reaches(steps: Iterable[DayStep]) -> dict[str, _Reach]:
    return {one.situation: _reach(one) for one in steps if one.act["type"] == "publish"}


def _reach(step: DayStep) -> _Reach:
    """Return who may see what a step publishes."""
    properties = step.act["feature"]["properties"]
    audience = properties["audience"]
    authorities = {one.name for one in ORGANISATIONS if one.authority}
    asked = authorities if properties["kind"] in _ANSWERED and step.organisation not in authorities else set[str]()
    return _Reach(audience["public"], frozenset({step.organisation, *audience.get("organisations", ()), *asked}))


def _tally(one: DayOrganisation, reach: Mapping[str, _Reach], history: Sequence[DayChange], arrived: Sequence[ReceivedChange]) -> _Tally:
    wanted = _wanted(one, reach, history)
    got = Counter((change.channel, change.situation, change.number) for change in arrived if change.situation in reach)
    allowed = {(channel, change.situation, change.number) for channel, changes in wanted.items() for change in changes}
    needed = set(allowed)
    if one.interface == "rest":
        last = {change.situation: change.number for change in wanted["stream"]}
        needed = {("stream", situation, number) for situation, number in last.items()}
    return _Tally(len(needed - got.keys()), sum(got.values()) - len(got), _disordered(arrived), len(got.keys() - allowed))


def _wanted(one: DayOrganisation, reach: Mapping[str, _Reach], history: Iterable[DayChange]) -> dict[Channel, list[DayChange]]:
    """Return what may arrive on each channel: all changes for the audience, and for the public those of versions."""
    found: defaultdict[Channel, list[DayChange]] = defaultdict(list)
    versions: dict[str, int] = {}
    for change in history:
        if change.situation not in reach:
            continue  # people may try the room of the demo
        public, organisations = reach[change.situation]
        new_version = versions.get(change.situation) != change.version
        versions[change.situation] = change.version
        own = one.name in organisations
        if one.interface == "rest":
            if own or (public and new_version):
                found["stream"].append(change)
            continue
        if own:
            found["own"].append(change)
        if public and new_version:
            found["public"].append(change)
    return found


def _disordered(arrived: Iterable[ReceivedChange]) -> int:
    """Return how many changes are older than one before them on the same channel about the same situation."""
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    count = 0
    for one in arrived:
        key, rank = (one.channel, one.situation), (one.number, one.version)
        before = newest.get(key, (0, 0))
        count += one.number < before[0] or one.version < before[1]
        newest[key] = max(rank, before)
    return count
