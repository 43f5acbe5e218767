"""Documents of DATEX II 3.7 against the structure of its classes: order, number, names, references, enumerations and simple types."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

_FILE = Path(__file__).parent / "datex3-structure.json"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NAMESPACES = {f"http://datex2.eu/schema/3/{name}": prefix for name, prefix in (
    ("common", "com"), ("locationReferencing", "loc"), ("situation", "sit"), ("d2Payload", "d2"),
)}  # fmt: skip
_VALUES = {
    "xs:boolean": "true|false",
    "xs:float": r"-?[0-9]+([.][0-9]+)?",
    "xs:nonNegativeInteger": "[0-9]+",
    "xs:dateTime": r"[0-9-]{10}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}",
    "xs:time": "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|24:00:00",
    "xs:anyURI": r"https://\S+",
    "xs:string": "(?s).*",
    "com:LongString": "(?s).*",
}


class NotDatex3(AssertionError):
    """A document that is not valid."""


@cache
def _structure() -> dict[str, Any]:
    return json.loads(_FILE.read_text())  # type: ignore[no-any-return]


def check_datex3(content: bytes) -> None:
    """Raise NotDatex3 if a payload is not valid."""
    root = fromstring(content)
    _require(_name(root) == ("d2", "payload"), root, "the root is no payload")
    _check(root, "com:PayloadPublication")


def _require(condition: bool, element: Element, reason: str) -> None:
    if not condition:
        raise NotDatex3(f"{element.tag}: {reason}")


def _name(element: Element) -> tuple[str, str]:
    space, _, name = element.tag[1:].partition("}")
    return _NAMESPACES[space], name


def _chain(kind: str) -> list[str]:
    """Return a type and those that it extends, the most general first."""
    above = _structure()["types"].get(kind, {}).get("extends")
    return [*(_chain(above) if above else []), kind]


def _check(element: Element, declared: str) -> None:
    kind = element.get(_TYPE, declared)
    _require(declared in _chain(kind), element, f"{kind} is no {declared}")
    types, simple = _structure()["types"], _structure()["simple"]
    classes = [types.get(one, {}) for one in _chain(kind)]
    _require(not types.get(kind, {}).get("abstract"), element, f"{kind} is abstract")
    required = [one for found in classes for one in found.get("attributes", [])]
    for name, use, *fixed in required:
        _require(use != "required" or name in element.attrib, element, f"{name} is missing")
        _require(not fixed or element.get(name, fixed[0]) == fixed[0], element, f"{name} is not {fixed}")
    known = {one[0] for one in required} | {_TYPE} | ({"lang"} if kind == "com:MultilingualStringValue" else set())
    _require(set(element.attrib) <= known, element, f"attributes {set(element.attrib) - known}")
    rows = [(one.split(":")[0], *row) for one in _chain(kind) for row in types.get(one, {}).get("elements", [])]
    value_type = next((one for one in _chain(kind) if one in simple), None)
    if value_type is not None:
        _require(not len(element), element, "elements in a value")
        _check_value(element, value_type)
    elif kind == "com:MultilingualString":
        _check_texts(element)
    elif kind not in ("sit:_SituationRecordVersionedReference", "sit:_SituationVersionedReference"):
        _require(bool(rows), element, f"nothing is known of {kind}")
        _check_children(element, rows)


def _check_children(element: Element, rows: list[tuple[str, str, str, int, str]]) -> None:
    names = [(space, name) for space, name, *_ in rows]
    found = [_name(one) for one in element]
    _require(all(one in names for one in found), element, f"unknown elements {[one for one in found if one not in names]}")
    _require(found == sorted(found, key=names.index), element, f"order of {found}")
    for space, name, _kind, least, most in rows:
        count = found.count((space, name))
        _require(count >= least and (most == "unbounded" or count <= int(most)), element, f"{count} times {name}")
    kinds = {(space, name): kind for space, name, kind, *_ in rows}
    for one in element:
        _check(one, kinds[_name(one)])


def _check_texts(element: Element) -> None:
    (values,) = element
    _require([_name(values)] == [("com", "values")], element, "no values")
    _require(len(values) > 0, element, "no value")
    for one in values:
        _require(_name(one) == ("com", "value"), one, "is no value")
        _check(one, "com:MultilingualStringValue")


def _check_value(element: Element, kind: str) -> None:
    simple, text = _structure()["simple"], element.text or ""
    while kind in simple:
        facts = simple[kind]
        _require(text in facts.get("enum", [text]), element, f"'{text}' is not in {kind}")
        _require(len(text) <= int(facts.get("maxLength", len(text))), element, "is too long")
        _require(re.fullmatch(facts.get("pattern", "(?s).*"), text) is not None, element, f"'{text}' has not the pattern")
        kind = facts["base"]
    _require(re.fullmatch(_VALUES[kind], text) is not None, element, f"'{text}' is no {kind}")
