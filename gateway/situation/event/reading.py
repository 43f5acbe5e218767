"""Reading documents from others: everything that is wrong with one is a reason, and nothing else is disturbed."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from gateway.model.untrusted_json import json_reader
from gateway.situation.event.document import DraftEvent, DraftFeature
from gateway.situation.event.geometry import geometry_errors
from gateway.situation.event.kinds import SituationKind
from gateway.situation.event.timing import timing_errors
from gateway.situation.event.works import Roadworks

MOST_BYTES = 64 << 10
"""Of a document. CloudEvents asks intermediaries to forward events of this size (spec 1.0.2, size limits)."""

_PATTERN = re.compile(r"Expected `str` matching regex '.*'(?= - at |\Z)")
"""How msgspec says that a text does not match: with a pattern, which people can't read."""

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What JSON has nowhere (RFC 8259, sections 2 and 7)."""

T = TypeVar("T")

_event, _feature = json_reader(DraftEvent), json_reader(DraftFeature)


class EventRejected(ValueError):
    """A document that is no event: the reasons, each a sentence with the place that is wrong."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def read_event(payload: bytes) -> DraftEvent:
    """Return the CloudEvent in a message of an organisation.

    Raises:
        EventRejected: It is none, or not one that can be accepted.
    """
    event = read_document(_event, payload)
    _raise(_envelope_errors(event))
    return event


def read_feature(payload: bytes) -> DraftFeature:
    """Return the GeoJSON feature in a file or a request of an organisation.

    Raises:
        EventRejected: It is none, or not one that can be accepted.
    """
    feature = read_document(_feature, payload)
    _raise(feature_errors(feature))
    return feature


def read_document(reader: Callable[[bytes], T], payload: bytes) -> T:
    """Return what a reader makes of a document of others.

    Raises:
        EventRejected: It is too large, no JSON, or not what the reader expects.
    """
    if len(payload) > MOST_BYTES:
        raise EventRejected([f"the document has {len(payload)} bytes, more than {MOST_BYTES}"])
    if _CONTROL.search(payload) is not None:
        raise EventRejected(["the document is not JSON: it contains control characters"])
    try:
        payload.decode()  # the reader skips keys that it does not know without looking at their bytes
        return reader(payload)
    except msgspec.ValidationError as error:
        raise EventRejected([_PATTERN.sub("this text has not the form that is expected, or control characters", str(error))]) from error
    except ValueError as error:
        raise EventRejected([f"the document is not JSON: {error}"]) from error


def _raise(errors: Iterator[str]) -> None:
    if found := list(errors):
        raise EventRejected(found)


def _envelope_errors(event: DraftEvent) -> Iterator[str]:
    feature = event.data
    if event.type.split(".")[-2] != feature.properties.kind:
        yield f"the type '{event.type}' is not that of the kind '{feature.properties.kind}'"
    if feature.id not in (None, event.subject):
        yield f"the subject '{event.subject}' is not the id of the feature, '{feature.id}'"
    yield from feature_errors(feature)


def feature_errors(feature: DraftFeature) -> Iterator[str]:
    """Yield what is wrong with a feature whose parts all have the right form."""
    said = feature.properties
    if feature.geometry is not None:
        yield from geometry_errors(feature.geometry)
    if said.impact is not None and said.impact.detour is not None and said.impact.detour.geometry is not None:
        yield from geometry_errors(said.impact.detour.geometry)
    yield from timing_errors(said.timing)
    if feature.geometry is None and not said.location.street_refs and said.location.description is None:
        yield "the event has no place: neither a geometry, nor a street, nor a description of the location"
    if said.kind == SituationKind.SAFETY and said.cap is None:
        yield "an event of the kind 'safety' needs 'cap'"
    if said.roadworks is not None:
        yield from _works_errors(said.roadworks, said.kind)
    if feature.id is not None and any(one.id == feature.id for one in said.related):
        yield "the event is related to itself"


def _works_errors(works: Roadworks, kind: SituationKind) -> Iterator[str]:
    if kind != SituationKind.ROADWORKS:
        yield f"'roadworks' does not belong to the kind '{kind}'"
    if works.no_dig_until is not None and works.reinstatement is None:
        yield "'no_dig_until' needs 'reinstatement': it protects a surface that was restored"
