"""The requests to a context broker that make its entities those of a situation: each may be made again, and changes nothing then. Pure.

Sources: NGSI-v2 (github.com/telefonicaid/fiware-orion, doc/manuals/orion-api.md), NGSI-LD API (ETSI GS CIM 009).
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.situation.event.kinds import SituationKind
from gateway.situation.formats.exporting import exported, still_of_interest
from gateway.situation.formats.ngsi import MODELS, NGSI_LD, NGSI_V2, entity_id
from gateway.situation.formats.port import ExportedSituation, ExportRequest

BrokerApi = Literal["ngsi-v2", "ngsi-ld"]

_UPDATE, _UPSERT = "/v2/op/update", "/ngsi-ld/v1/entityOperations/upsert"
_ENTITIES: Mapping[BrokerApi, str] = MappingProxyType({"ngsi-v2": "/v2/entities", "ngsi-ld": "/ngsi-ld/v1/entities"})
_ENDS = ("endDate", "validTo")
_DONE = (200, 201, 204)
_GONE = (*_DONE, 404)


class BrokerRequest(NamedTuple):
    """A request: `path` comes after the address of the broker; `media` is the type of its body; `accepts` are the statuses of a success."""

    method: Literal["POST", "DELETE"]
    path: str
    body: bytes | None
    media: str | None
    accepts: Collection[int]


def broker_requests(api: BrokerApi, situation: str, one: ExportedSituation | None, request: ExportRequest) -> list[BrokerRequest]:
    """Return the requests, in their order, after which a broker has a situation as it is, or no longer has it.

    An alert that is over is deleted, as it has no state. Works that are over keep their last state, unless the broker learns of it a week
    later or more: then they are deleted. What goes on after its planned end has no end: one that is guessed would pass, and nobody would
    correct it before the next change.

    Args:
        api: The API of the broker.
        situation: The situation.
        one: What everybody may see of it; None if nothing.
        request: Of which site, and when; its situations are ignored.
    """
    if one is None:
        return [_deletion(api, model, request.site, situation) for model in MODELS]
    exchange_format = NGSI_V2 if api == "ngsi-v2" else NGSI_LD
    export = exported(exchange_format, request._replace(situations=[one]))
    if export.left_out or not _stays(one, request.made_ms):
        return [_deletion(api, model, request.site, situation) for model in MODELS]
    content = msgspec.json.decode(export.files[0].content)
    (entity,) = content if api == "ngsi-ld" else content["entities"]
    if one.said.overrunning:
        entity = {name: value for name, value in entity.items() if name not in _ENDS}
    return _upsert(entity) if api == "ngsi-ld" else _update(entity)


def _upsert(entity: dict[str, Any]) -> list[BrokerRequest]:
    return [BrokerRequest("POST", _UPSERT, msgspec.json.encode([entity]), "application/ld+json", _DONE)]


def _update(entity: dict[str, Any]) -> list[BrokerRequest]:
    """`append` creates the entity, but leaves attributes that are no longer said; `replace` removes those, but creates nothing."""
    bodies = [msgspec.json.encode({"actionType": action, "entities": [entity]}) for action in ("append", "replace")]
    return [BrokerRequest("POST", _UPDATE, body, "application/json", _DONE) for body in bodies]


def _stays(one: ExportedSituation, now_ms: int) -> bool:
    if not one.said.state.over:
        return True
    return one.said.kind.member == SituationKind.ROADWORKS and still_of_interest(one, now_ms)


def _deletion(api: BrokerApi, model: str, site: str, situation: str) -> BrokerRequest:
    kind = f"?type={model}" if api == "ngsi-v2" else ""
    return BrokerRequest("DELETE", f"{_ENTITIES[api]}/{entity_id(model, site, situation)}{kind}", None, None, _GONE)
