"""Events that are broken at random: what a program with a mistake, or somebody with bad intent, may send."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "publiacqua",
    "type": "org.example.situation.roadworks.v1",
    "subject": "scavo-1",
    "time": "2026-11-02T09:00:00+01:00",
    "datacontenttype": "application/geo+json",
    "data": {
        "type": "Feature",
        "id": "scavo-1",
        "geometry": {"type": "LineString", "coordinates": [[11.095, 43.88], [11.096, 43.8805]]},
        "properties": {
            "kind": "roadworks",
            "headline": {"it": "Scavo"},
            "information_status": "real",
            "timing": {
                "planned_start": "2026-12-01",
                "planned_end": "2026-12-04",
                "recurrence": [{"begin": "08:00", "end": "17:00", "days": [1, 2, 3, 4, 5]}],
            },
            "location": {"street_refs": [{"name": "VIA ROMA", "key": "375741"}], "junctions": ["ic-09"]},
            "audience": {"organisations": ["comune"]},
            "impact": {"lanes_closed": 1, "capacity_percent": 50},
            "roadworks": {"category": "standard", "excavation": {"area_m2": 12.5}},
            "attachments": [{"href": "https://example.org/piano.pdf", "title": "Piano"}],
        },
    },
}

_REQUIRED = (
    ("specversion",), ("id",), ("source",), ("type",), ("subject",), ("data",), ("data", "type"), ("data", "geometry"), ("data", "properties"),
    ("data", "properties", "kind"), ("data", "properties", "headline"), ("data", "properties", "headline", "it"),
    ("data", "properties", "timing"), ("data", "properties", "timing", "planned_start"),
    ("data", "properties", "location", "street_refs", 0, "name"), ("data", "properties", "attachments", 0, "href"),
    ("data", "geometry", "type"), ("data", "geometry", "coordinates"),
)  # fmt: skip

_WRONG: tuple[tuple[tuple[str | int, ...], tuple[Any, ...]], ...] = (
    (("specversion",), ("0.3", "2.0", 1, None)),
    (("id",), ("", "a b", "x" * 201, 7)),
    (("type",), ("roadworks", "org.example.situation.roadworks.v2", "org.example.situation..v1", "org.example.situation.closure.v1")),
    (("subject",), ("a/b", "+", "#", "Scavo", "scavo-1\n", "-", "x" * 64)),
    (("time",), ("yesterday", "2026-11-02", "2026-11-02T09:00:00", 1)),
    (("datacontenttype",), ("text/html", "application/json; charset=utf-8")),
    (("data",), (None, [], "Feature", {"type": "FeatureCollection", "features": []})),
    (("data", "geometry"), ({}, {"type": "Circle", "coordinates": [11, 43]}, {"type": "Point", "coordinates": []}, [11.0, 43.0])),
    (
        ("data", "geometry", "coordinates"),
        ([], [[11, 43]], [[43.88, 211.0], [11, 43]], [[11, 93], [11, 43]], [[11, 43, 5], [11, 43, 5]], [["11", "43"], ["11", "43"]], [[11, 43]] * 501),
    ),
    (("data", "properties", "kind"), ("", "road works", "../x", 5, None)),
    (("data", "properties", "headline"), ("Scavo", {"it": ""}, {"it": "x" * 201}, {"it": "a\u0000"}, {"it": "a\nb"}, {"en": "Works"})),
    (("data", "properties", "information_status"), ("Real", "drill", "", None)),
    (("data", "properties", "timing", "planned_start"), ("01/12/2026", "2026-12-01T08:00:00", "2026-02-30", "2026-12-05", "", 20261201, None)),
    (("data", "properties", "timing", "planned_end"), ("2026-11-30", "4 December", "2026-12-04T00:00", "2026-12-32")),
    (("data", "properties", "timing", "recurrence"), ([{"begin": "24:00", "end": "06:00"}], [{"begin": "08:00"}], [{"begin": "08:00", "end": "17:00", "days": [0]}], {})),
    (("data", "properties", "location", "street_refs"), ([{}], "Via Roma", [{"name": ""}], [{"name": "VIA ROMA"}] * 51)),
    (("data", "properties", "location", "junctions"), (["IC 09"], ["a/b"], ["x"] * 51)),
    (("data", "properties", "audience", "organisations"), (["Comune di Prato"], ["*"], "comune", ["x"] * 51)),
    (("data", "properties", "impact", "lanes_closed"), (-1, 1.5, "one", 10**9)),
    (("data", "properties", "impact", "capacity_percent"), (-0.1, 100.1, "50%")),
    (("data", "properties", "roadworks", "excavation", "area_m2"), (-1, "12,5", 1e300)),
    (("data", "properties", "attachments", 0, "href"), ("http://example.org", "javascript:alert(1)", "https://a b", "https://" + "x" * 500, "")),
    (("data", "properties", "state"), ("started", "", 3)),
)  # fmt: skip


def _parent(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def _without(rng: random.Random) -> tuple[str, bytes]:
    path = rng.choice(_REQUIRED)
    document = copy.deepcopy(GOOD)
    del _parent(document, path)[path[-1]]
    return f"without {path}", json.dumps(document).encode()


def _with_a_wrong_value(rng: random.Random) -> tuple[str, bytes]:
    path, values = rng.choice(_WRONG)
    document = copy.deepcopy(GOOD)
    value = rng.choice(values)
    _parent(document, path)[path[-1]] = value
    return f"{path} = {str(value)[:60]}", json.dumps(document).encode()


def _cut_off(rng: random.Random) -> tuple[str, bytes]:
    text = json.dumps(GOOD).encode()
    length = rng.randrange(len(text) - 1)
    return f"cut off after {length} bytes", text[:length]


def _with_noise(rng: random.Random) -> tuple[str, bytes]:
    text = json.dumps(GOOD).encode()
    at = rng.randrange(1, len(text))
    return f"noise at {at}", text[:at] + bytes(rng.choice(b"\x00\x01\xff\xfe\x80") for _ in range(3)) + text[at:]


def _of_another_form(rng: random.Random) -> tuple[str, bytes]:
    payload = rng.choice(
        (b"", b"null", b"[]", b"0", b'""', b"{}", b"<xml/>", b"\xef\xbb\xbf{}", b"[" * 60_000, b'{"data":' * 8_000, b" " * 70_000)
    )
    return f"another form: {payload[:20]!r}", payload


_BREAKS: tuple[Callable[[random.Random], tuple[str, bytes]], ...] = (
    _without, _with_a_wrong_value, _with_a_wrong_value, _with_a_wrong_value, _cut_off, _with_noise, _of_another_form,
)  # fmt: skip


def malformed(rng: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield broken events, each with what is broken."""
    for _ in range(count):
        yield rng.choice(_BREAKS)(rng)
