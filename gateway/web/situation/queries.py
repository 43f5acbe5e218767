"""What clients ask for in the query of a URL: filters, pages, exercises. Pure."""

import re
from collections.abc import Collection
from typing import Annotated, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from starlette.datastructures import QueryParams

from gateway.centre.situation.changes import Exercises, is_wanted
from gateway.centre.situation.present import PresentSituation
from gateway.config.problems import suggest
from gateway.model.topics import whole
from gateway.situation.bilingual import Bilingual
from gateway.situation.conflicts.shape import Box
from gateway.situation.event.fields import DayOrInstant, Reference
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.italian import in_italian
from gateway.situation.times.instants import begin_ms, end_ms
from gateway.web.situation.problem import ApiProblem

LIMIT_MOST = 100
"""Situations on one page."""

_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?"
_PATTERN = re.compile(r"Expected `str` matching regex '.*'(?= - at |\Z)")

_Box = Annotated[
    str,
    msgspec.Meta(
        pattern=whole(f"{_DEGREES}(?:,{_DEGREES}){{3}}"),
        description="West,south,east,north in degrees.",
        examples=["11.0,43.8,11.2,43.9"],
    ),
]
_Exercises = Annotated[
    Exercises, msgspec.Meta(description="Whether tests and exercises are left out, included (marked in `information_status`), or all.")
]


class ExercisesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a client wants of tests and exercises."""

    exercises: _Exercises = "exclude"


class ListQuery(ExercisesQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which situations a client lists."""

    kind: Annotated[list[SituationKind], msgspec.Meta(max_length=20, description="Only these kinds.")] = []
    state: Annotated[
        list[SituationState],
        msgspec.Meta(max_length=10, description="Only these states; by default, what is not over, or every state with `updated_since`."),
    ] = []
    owner: Annotated[Reference | None, msgspec.Meta(description="Only those of this organisation.")] = None
    bbox: _Box | None = None
    from_: Annotated[
        DayOrInstant | None,
        msgspec.Meta(description="Only what lasts after this instant or, as a date, after the beginning of this day."),
    ] = msgspec.field(name="from", default=None)
    to: Annotated[
        DayOrInstant | None, msgspec.Meta(description="Only what begins before this instant or, as a date, before the end of this day.")
    ] = None
    updated_since: Annotated[DayOrInstant | None, msgspec.Meta(description="Only those whose version is not older than this.")] = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=LIMIT_MOST, description="Situations on one page.")] = 50
    cursor: Annotated[Reference | None, msgspec.Meta(description="Where the page begins, as `next` of the page before has it.")] = None


class HistoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of a history a client reads."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=LIMIT_MOST, description="Entries on one page.")] = LIMIT_MOST
    cursor: Annotated[int, msgspec.Meta(ge=0, le=1 << 53, description="Where the page begins, as `next` of the page before has it.")] = 0


class SituationFilter(NamedTuple):
    """Which situations are listed; times are in milliseconds since 1970."""

    kinds: Collection[SituationKind]
    states: Collection[SituationState]
    owner: str | None
    box: Box | None
    from_ms: int | None
    to_ms: int | None
    since_ms: int | None
    exercises: Exercises

    def matches(self, one: PresentSituation) -> bool:
        """Return whether a situation is listed, if it may be seen."""
        situation = one.situation
        content = situation.content
        in_state = situation.state in self.states if self.states else self.since_ms is not None or not situation.state.over
        return (
            in_state
            and is_wanted(situation, self.exercises)
            and (not self.kinds or content.kind.member in self.kinds)
            and self.owner in (None, situation.owner)
            and (self.box is None or (one.box is not None and one.box.meets(self.box)))
            and (self.from_ms is None or one.span.to_ms > self.from_ms)
            and (self.to_ms is None or one.span.from_ms < self.to_ms)
            and (self.since_ms is None or situation.since_ms >= self.since_ms)
        )


Query = TypeVar("Query", bound=msgspec.Struct)


def query_as(given: QueryParams, type_: type[Query]) -> Query:
    """Return the query of a request.

    Raises:
        ApiProblem: 400, because it is something else.
    """
    fields = {one.encode_name: one for one in msgspec.structs.fields(type_)}
    found: dict[str, Any] = {}
    for name, value in given.multi_items():
        if name not in fields:
            raise _bad(f"unknown parameter '{name[:50]}'; {suggest(name, fields)}", f"parametro '{name[:50]}' sconosciuto")
        if isinstance(fields[name].default_factory, type):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise _bad(f"the parameter '{name}' is there twice", f"il parametro '{name}' è presente due volte")
        else:
            found[name] = value
    try:
        return msgspec.convert(found, type_, strict=False)
    except msgspec.ValidationError as error:
        reason = _PATTERN.sub("this text has not the form that is expected, or control characters", str(error))
        raise _bad(reason, in_italian(reason)) from error


def filter_of(query: ListQuery, zone: ZoneInfo) -> SituationFilter:
    """Return the filter of a query.

    Raises:
        ApiProblem: 400, because a time does not exist, or the rectangle is none.
    """
    return SituationFilter(
        kinds={one.member for one in query.kind},
        states=query.state,
        owner=query.owner,
        box=None if query.bbox is None else _box(query.bbox),
        from_ms=_time_ms("from", query.from_, zone),
        to_ms=_time_ms("to", query.to, zone, is_end=True),
        since_ms=_time_ms("updated_since", query.updated_since, zone),
        exercises=query.exercises,
    )


def _time_ms(name: str, text: str | None, zone: ZoneInfo, *, is_end: bool = False) -> int | None:
    if text is None:
        return None
    try:
        return end_ms(text, zone) if is_end else begin_ms(text, zone)
    except (ValueError, OverflowError) as error:
        raise _bad(f"'{text}' of '{name}' is no time that exists", f"'{text}' di '{name}' non è un istante che esiste") from error


def _box(text: str) -> Box:
    box = Box(*map(float, text.split(",")))
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise _bad(
            f"'{text}' is no rectangle: write west,south,east,north",
            f"'{text}' non è un rettangolo: ovest,sud,est,nord",
        )
    return box


def _bad(en: str, it: str) -> ApiProblem:
    return ApiProblem(400, en, it, errors=[Bilingual(en, it)])
