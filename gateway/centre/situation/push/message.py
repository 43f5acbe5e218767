"""The body of a webhook's message about a situation, as the specification Standard Webhooks 1.0 recommends. Pure."""

from typing import Annotated, Literal

import msgspec

from gateway.centre.situation.changes import SituationChange
from gateway.model.instants import iso_utc
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.fields import Instant, Reference
from gateway.situation.private_layer import NearFeature


class PushedSituation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A situation as the organisation sees it; without `situation`, it may not see it any more, and removes it.

    `near_own_assets` is what it owns near these works, for a subscription that asks for that.
    """

    id: Reference
    number: Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]
    situation: SituationFeature | None = None
    near_own_assets: list[NearFeature] = []


class PushMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message. `number` of its data is greater in each later one about the same situation; a copy has the same header `webhook-id`."""

    type: Literal["situation.changed", "situation.gone"]
    timestamp: Instant
    data: PushedSituation


def push_message(change: SituationChange, now_ms: int) -> bytes:
    """Return the JSON of a change."""
    data = PushedSituation(id=change.situation, number=change.number, situation=change.seen, near_own_assets=list(change.near))
    return msgspec.json.encode(
        PushMessage(type="situation.gone" if change.seen is None else "situation.changed", timestamp=iso_utc(now_ms), data=data)
    )
