"""Does what organisations request in messages, and says what became of it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from gateway.centre.situation.service import SituationService
from gateway.situation.bilingual import Bilingual
from gateway.situation.lifecycle.actions import Publish, SituationAction, Update
from gateway.situation.lifecycle.due import notice_missed
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.permissions import ActionRefused
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.naming import is_own_name, name_refused
from gateway.situation.requests import AnswerText, RequestRejected, SituationAnswer, SituationRequest, action_of, read_request, refused
from gateway.situation.times.instants import day_of


class Requester(NamedTuple):
    """An organisation, and those of its people who may act for it."""

    organisation: str
    editors: AbstractSet[str]


class Requesters(NamedTuple):
    """The organisations, with the people who may act for each, and how many requests each may make in a minute, for long."""

    editors: Mapping[str, AbstractSet[str]]
    a_minute: int


def answer_to(service: SituationService, requester: Requester, payload: bytes, now_ms: int) -> SituationAnswer:
    """Do what an organisation requests in a message, and return the answer.

    Raises:
        SituationsUnavailable: The store can't be used; nothing was done.
    """
    try:
        request = read_request(payload)
    except RequestRejected as rejected:
        return refused(rejected.request, rejected.reasons)
    try:
        return _done(service, requester, request, now_ms)
    except ActionRefused as error:
        return refused(request.request, [error.text])


def _done(service: SituationService, requester: Requester, request: SituationRequest, now_ms: int) -> SituationAnswer:
    organisation, person = requester.organisation, request.by
    if person is not None and person not in requester.editors:
        raise ActionRefused(
            f"'{person}' is not an editor of {organisation}: the site file lists them",
            f"'{person}' non è un redattore di {organisation}: li elenca il file del sito",
        )
    name, action = action_of(request, organisation)
    if isinstance(action, Publish) and not is_own_name(name, organisation, service.rules.parties.organisations):
        raise ActionRefused(*name_refused(organisation))
    situation = service.do(name, action, Actor(organisation, person or ""), now_ms, request.request)
    if situation.id != name:
        raise ActionRefused(
            f"the request {request.request} was made before, about {situation.id}: use another number",
            f"la richiesta {request.request} è già stata fatta, per {situation.id}: usare un altro numero",
        )
    return SituationAnswer(
        done=True,
        request=request.request,
        situation=situation.id,
        version=situation.version,
        state=situation.state,
        warnings=[AnswerText(*one) for one in _warnings(service, action, situation)],
    )


def _warnings(service: SituationService, action: SituationAction, situation: Situation) -> list[Bilingual]:
    times = service.rules.times
    missed_ms = notice_missed(situation, times) if isinstance(action, Publish | Update) else None
    if missed_ms is None:
        return []
    day = day_of(missed_ms - 1, times.zone)
    return [
        Bilingual(
            f"announced late: {day} was the last day for works of this category",
            f"annuncio tardivo: l'ultimo giorno per lavori di questa categoria era il {day}",
        )
    ]
