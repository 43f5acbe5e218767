"""The feeds by the name of their format: their media types, and what the OpenAPI document says of them. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gateway.situation.formats.exporting import FORMATS
from gateway.situation.formats.port import ExchangeFormat

ATOM, CAP_XML, ZIP, XML = "application/atom+xml", "application/cap+xml", "application/zip", "application/xml"

_OBJECT: Mapping[str, Any] = MappingProxyType({"type": "object"})
_TEXT: Mapping[str, Any] = MappingProxyType({"type": "string"})


class DocumentKind(NamedTuple):
    """The media type of a document, and its JSON Schema; what is no JSON is a text."""

    media: str
    schema: Mapping[str, Any] = _TEXT


class SituationFeed(NamedTuple):
    """A feed: its format, the kind of its document and, if the document stands for several files, the kind of each."""

    format: ExchangeFormat
    kind: DocumentKind
    file: DocumentKind | None = None


_KINDS: Mapping[str, tuple[DocumentKind, DocumentKind | None]] = MappingProxyType(
    {
        "geojson": (DocumentKind("application/geo+json", _OBJECT), None),
        "icalendar": (DocumentKind("text/calendar; charset=utf-8"), None),
        "cap": (DocumentKind(ATOM), DocumentKind(CAP_XML)),
        "wzdx": (DocumentKind("application/geo+json", _OBJECT), None),
        "cifs": (DocumentKind(XML), None),
        "datex-it": (DocumentKind(ZIP), DocumentKind(XML)),
        "datex3": (DocumentKind(XML), None),
        "siri-it": (DocumentKind(XML), None),
        "ngsi-v2": (DocumentKind("application/json", _OBJECT), None),
        "ngsi-ld": (DocumentKind("application/ld+json", MappingProxyType({"type": "array", "items": {"type": "object"}})), None),
    }
)

FEEDS: Mapping[str, SituationFeed] = MappingProxyType({name: SituationFeed(one, *_KINDS[name]) for name, one in FORMATS.items()})
