"""What organisations request of the Situation Room in a message, and how it answers."""

from typing import Annotated

import msgspec

from gateway.model.topics import LEVEL, whole
from gateway.model.untrusted_json import json_reader
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import DraftFeature
from gateway.situation.event.fields import Reference
from gateway.situation.event.kinds import SituationState
from gateway.situation.event.reading import EventRejected, feature_errors, read_document
from gateway.situation.italian import in_italian
from gateway.situation.lifecycle.actions import (
    Acknowledge,
    AddComment,
    Begin,
    Cancel,
    Confirm,
    End,
    Publish,
    SituationAction,
    TakeBack,
    Update,
)
from gateway.situation.naming import made_name

RequestNumber = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"))]
"""The sender's own number of a request."""


class PublishFeature(msgspec.Struct, tag="publish", frozen=True):
    """A new event. Without `id`, it gets one that follows from the number of the request."""

    feature: DraftFeature


class UpdateFeature(msgspec.Struct, tag="update", frozen=True):
    """New content of an event, with its `id` and the `version` on which it is based."""

    feature: DraftFeature


RequestedAction = PublishFeature | UpdateFeature | Confirm | Begin | End | Cancel | TakeBack | Acknowledge | AddComment


class SituationRequest(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A request of an organisation, done once however often it is sent.

    `request` is the sender's own number of it, `by` the person who asks, one of the organisation's editors. `situation` is what it is
    about; `publish` and `update` can have it in the feature instead.
    """

    request: RequestNumber
    action: RequestedAction
    situation: Reference | None = None
    by: Annotated[str, msgspec.Meta(pattern=whole(LEVEL))] | None = None


class AnswerText(msgspec.Struct, frozen=True):
    """A sentence in English and Italian."""

    en: str
    it: str


class SituationAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of a request: the situation after it, or every reason why it was not done; `warnings` prevent nothing.

    `request` is its number, absent if the request had none that can be read. A request that was done before is answered as then.
    """

    done: bool
    request: str | None = None
    situation: str | None = None
    version: int | None = None
    state: SituationState | None = None
    reasons: list[AnswerText] = []
    warnings: list[AnswerText] = []


class RequestRejected(ValueError):
    """A message that is no request: its number, if it has one, and every reason."""

    def __init__(self, request: str | None, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.request, self.reasons = request, [Bilingual(one, in_italian(one)) for one in reasons]


class _Numbered(msgspec.Struct):
    request: RequestNumber


_read_request, _read_number = json_reader(SituationRequest), json_reader(_Numbered)


def read_request(payload: bytes) -> SituationRequest:
    """Return the request in a message of an organisation.

    Raises:
        RequestRejected: It is none, or its event can't be accepted.
    """
    try:
        request = read_document(_read_request, payload)
    except EventRejected as rejected:
        raise RequestRejected(number_in(payload), rejected.reasons) from rejected
    if errors := _errors(request):
        raise RequestRejected(request.request, errors)
    return request


def action_of(request: SituationRequest, organisation: str) -> tuple[str, SituationAction]:
    """Return which situation a request of an organisation is about, and what is to be done with it."""
    match request.action:
        case PublishFeature(feature=feature):
            name = request.situation or feature.id or made_name(organisation, request.request)
            said = feature.properties
            return name, Publish(id=name, content=said.content(), geometry=feature.geometry, state=said.state)
        case UpdateFeature(feature=feature):
            said = feature.properties
            return _named(request), Update(content=said.content(), geometry=feature.geometry, version=said.version or 0)
        case action:
            return _named(request), action


def _errors(request: SituationRequest) -> list[str]:
    feature = request.action.feature if isinstance(request.action, PublishFeature | UpdateFeature) else None
    named = request.situation or (feature and feature.id)
    found = []
    if named is None and not isinstance(request.action, PublishFeature):
        found.append("'situation' is missing: the request does not say what it is about")
    if feature is not None:
        if feature.id not in (None, named):
            found.append(f"the situation '{named}' is not the id of the feature, '{feature.id}'")
        if isinstance(request.action, UpdateFeature) and feature.properties.version is None:
            found.append("'version' is missing: an update says which version it is based on")
        found += feature_errors(feature)
    return found


def _named(request: SituationRequest) -> str:
    feature = request.action.feature if isinstance(request.action, PublishFeature | UpdateFeature) else None
    return request.situation or (feature and feature.id) or ""


def number_in(payload: bytes) -> str | None:
    """Return the number of a request, also of one that is rejected; None if it has none that can be read."""
    try:
        return _read_number(payload).request
    except ValueError:
        return None


def refused(request: str | None, reasons: list[Bilingual]) -> SituationAnswer:
    """Return the answer to a request that was not done."""
    return SituationAnswer(done=False, request=request, reasons=[AnswerText(*one) for one in reasons])
