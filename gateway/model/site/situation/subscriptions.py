"""The key `centre.situation.subscriptions`: who is sent situations, and which."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Delay, HttpUrl, Name, says
from gateway.model.site.alarms import QuietSettings
from gateway.model.site.part import SitePart


class AreaSettings(SitePart, frozen=True, kw_only=True):
    """A rectangle of the map, in degrees (WGS 84)."""

    west: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Its least longitude.")]
    south: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Its least latitude.")]
    east: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Its greatest longitude.")]
    north: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Its greatest latitude.")]


class SubscriptionSettings(SitePart, frozen=True, kw_only=True):
    """Who is sent situations by e-mail or to a webhook, and which."""

    email: Annotated[list[str], msgspec.Meta(max_length=50), says("E-mail addresses.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that JSON is posted to. `http://` is for this machine only.")] = None
    secret_file: Annotated[
        str | None,
        says("File that contains only the secret with which messages to the webhook are signed, `whsec_` and base64, of mode 0600."),
    ] = None
    ca: Annotated[str | None, says("File of the authorities to trust for the webhook; by default, the system's.")] = None
    organisation: Annotated[
        Name | None, says("The organisation they belong to: they are told what it may see; by default, what everybody may see.")
    ] = None
    kinds: Annotated[
        list[
            Literal[
                "roadworks", "closure", "traffic", "accident", "parking", "outage", "damage", "lighting", "environment", "publicevent",
                "safety",
            ]
        ],
        says("Kinds of events; by default, all."),
    ] = []  # fmt: skip
    severity: Annotated[
        Literal["highest", "high", "medium", "low", "lowest"] | None,
        says("The least severity; by default, every one. Events of unknown severity are always sent."),
    ] = None
    area: Annotated[AreaSettings | None, says("Where; by default, everywhere. Events that are not drawn are always sent.")] = None
    near: Annotated[
        bool,
        says("`true`: only roadworks of others that come within `near_m` of what `organisation` owns, by its `layer`, and what that is."),
    ] = False
    exercises: Annotated[bool, says("`true`: also tests and exercises, which are marked.")] = False
    language: Annotated[Literal["en", "it"], says("Language of the e-mails.")] = "en"
    quiet: Annotated[
        QuietSettings | None,
        says("Quiet hours; by default, there are none. The severities highest, high, medium and low are the priorities critical to low."),
    ] = None
    interval: Annotated[Delay, says("Least interval between two messages: what changes meanwhile is sent after it.")] = 300.0
