"""Every field of the document of a situation, found from its types, with values that differ."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import inspect

from gateway.situation.event.document import SituationFeature, SituationProperties
from gateway.situation.event.fields import Day, DayOrInstant, Instant, Line, LocalClock, Paragraph, Reference, WebAddress
from gateway.situation.event.kinds import SituationKind


class DocumentField(NamedTuple):
    """A field: its place in the document, and values that it may have."""

    path: tuple[str, ...]
    values: list[Any]

    @property
    def name(self) -> str:
        return ".".join(self.path)


_LINE = [{"type": "LineString", "coordinates": [[11.095, 43.88 + step], [11.096, 43.88]]} for step in (0.0005, 0.0006, 0.0007)]


def _pattern(annotated: object) -> str:
    (meta,) = get_args(annotated)[1:]
    assert isinstance(meta, msgspec.Meta)
    assert meta.pattern is not None
    return meta.pattern


_TEXTS: dict[str, list[Any]] = {
    _pattern(one): values
    for one, values in {
        Line: ["Testo uno", "Testo due", "Testo tre"],
        Paragraph: ["Paragrafo uno", "Paragrafo due\na capo", "Paragrafo tre"],
        Reference: ["primo", "secondo", "terzo"],
        Instant: ["2026-12-18T10:00:00Z", "2026-12-19T11:00:00+01:00", "2026-12-22T12:30:00+01:00"],
        Day: ["2026-12-02", "2026-12-03", "2026-12-04"],
        DayOrInstant: ["2026-12-02", "2026-12-03", "2026-12-04"],
        LocalClock: ["08:00", "09:30", "10:00"],
        WebAddress: ["https://example.org/a", "https://example.org/b", "https://example.org/c"],
    }.items()
}  # fmt: skip
_PROPERTIES = inspect.type_info(SituationProperties)
_DAYS_OF_WEEK = [1, 2, 3]


@cache
def document_fields() -> list[DocumentField]:
    """Return every field: `geometry`, and those of the properties."""
    return [DocumentField(("geometry",), _LINE), *_fields(_PROPERTIES, ())]


_IDENTIFIERS = ["IT:ITI1:Line:at:4", "IT:ITI1:Line:at:5", "IT:ITI1:Line:at:6"]
_IDENTIFIED = {("impact", "lines"), ("impact", "stops", "id"), ("impact", "stops", "replaced_by")}
"""Fields whose texts are names of the bus company."""


def _fields(info: inspect.Type, path: tuple[str, ...]) -> Iterator[DocumentField]:
    info = _plain(info)
    if path and path[-1] == "geometry":
        yield DocumentField(path, _LINE)
    elif isinstance(info, inspect.StructType):
        for field in info.fields:
            yield from _fields(field.type, (*path, field.encode_name))
    elif isinstance(info, inspect.ListType | inspect.VarTupleType):
        below = list(_fields(info.item_type, path))
        if [one.path for one in below] == [path]:
            yield DocumentField(path, [[value] for value in below[0].values])
        else:
            yield from below
    else:
        yield DocumentField(path, _IDENTIFIERS if path in _IDENTIFIED else _values(info, path))


def _plain(info: inspect.Type) -> inspect.Type:
    """Return a type without what is said about it, and without None."""
    if isinstance(info, inspect.Metadata):
        return _plain(info.type)
    if isinstance(info, inspect.UnionType):
        parts = [part for part in info.types if not isinstance(part, inspect.NoneType)]
        return _plain(parts[0]) if len(parts) == 1 else info
    return info


def _values(info: inspect.Type, path: tuple[str, ...]) -> list[Any]:
    match _plain(info):
        case inspect.EnumType(cls=cls):
            return [one.value for one in cls]
        case inspect.LiteralType(values=values):
            return list(values)
        case inspect.BoolType():
            return [False, True]
        case inspect.IntType(le=7):
            return _DAYS_OF_WEEK
        case inspect.IntType():
            return [1, 2, 3]
        case inspect.FloatType():
            return [1.5, 2.5, 3.5]
        case inspect.StrType(pattern=str(pattern)):
            return _TEXTS[pattern]
    raise AssertionError(f"no values for {path}: {info}")


_OWN: dict[str, Any] = {
    "kind": "roadworks",
    "headline": {"it": "Scavo in Via Roma"},
    "information_status": "real",
    "timing": {"planned_start": "2026-12-01", "planned_end": "2026-12-20"},
    "location": {"street_refs": [{"name": "VIA ROMA"}]},
    "audience": {"public": True},
    "cap": {"category": ["Infra"], "event": "Lavori", "urgency": "Expected", "certainty": "Likely"},
    "impact": {"lines": ["IT:ITI1:Line:at:4"]},
    "owner": "publiacqua",
    "version": 2,
    "state": "planned",
    "updated": "2026-11-02T08:00:00.000Z",
}


def sparse(**changes: Any) -> dict[str, Any]:
    """Return a document with little in it."""
    return {"type": "Feature", "id": "scavo-1", "geometry": _LINE[0], "properties": _OWN | changes}


def full(**changes: Any) -> dict[str, Any]:
    """Return a document in which every field has a value; works that go on, and whose times were not reported."""
    document = sparse()
    for field in document_fields():
        if field.path[0] not in ("state", "owner", "geometry", "updated", "version") and field.path[:2] != ("timing", "recurrence"):
            with_value(document, field.path, field.values[-1] if field.name != "information_status" else "real")
    document["properties"] |= {
        "timing": _OWN["timing"],
        "audience": {"public": True, "organisations": ["comune"]},
        "overrunning": False,
    } | changes
    return document


def with_value(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a field; structures around it are added, with what they need."""
    if path == ("geometry",):
        document["geometry"] = value
        return
    document["properties"] = msgspec.json.decode(msgspec.json.encode(document["properties"]))
    place: Any = document["properties"]
    info: inspect.Type = _PROPERTIES
    for step, name in enumerate(path):
        info = _field_type(info, name)
        if step == len(path) - 1:
            place[name] = value
            return
        listed = isinstance(info, inspect.ListType | inspect.VarTupleType)
        if isinstance(info, inspect.ListType | inspect.VarTupleType):
            info = _plain(info.item_type)
        needed = _needed(info)
        if listed:
            place.setdefault(name, [])
            if not place[name]:
                place[name].append(needed)
            place = place[name][0]
        else:
            place = place.setdefault(name, needed)


def _field_type(info: inspect.Type, name: str) -> inspect.Type:
    assert isinstance(info, inspect.StructType)
    return _plain(next(field.type for field in info.fields if field.encode_name == name))


def _needed(info: inspect.Type) -> dict[str, Any]:
    """Return what a structure must have."""
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _first(field.type, field.encode_name) for field in info.fields if field.required}


def _first(info: inspect.Type, name: str) -> Any:
    info = _plain(info)
    if isinstance(info, inspect.StructType):
        return _needed(info)
    if isinstance(info, inspect.ListType):
        return [_first(info.item_type, name)]
    return _values(info, (name,))[0]


def feature_of_document(document: dict[str, Any]) -> SituationFeature:
    """Return a document as the Situation Room has it."""
    return msgspec.convert(document, SituationFeature)


@cache
def documents() -> list[dict[str, Any]]:
    """Return documents: works with little in them, with recurring hours, with reported times; and every kind with everything."""
    nights = _OWN["timing"] | {"recurrence": [{"begin": "08:00", "end": "17:00"}]}
    reported = _OWN["timing"] | {"actual_start": "2026-12-01T08:00:00Z", "actual_end": "2026-12-19T08:00:00Z", "start_verified": True}
    works = [
        sparse(),
        sparse(timing=nights),
        sparse(timing=reported, state="active"),
        sparse(timing={"planned_start": "2026-11-01", "planned_end": "2026-11-10"}, state="active", overrunning=True),
        sparse(related=[{"id": "secondo", "relation": "part_of"}]),
        sparse(kind="lighting", lighting={"equipment": "trafficSignals"}),
        sparse(audience={"public": False}),
    ]
    return [*works, *(full(kind=kind.value) for kind in SituationKind)]
