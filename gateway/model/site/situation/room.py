"""The key `centre.situation`: the Situation Room, its rules and what it is connected to."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import HostPort, HttpUrl, Name, says, whole
from gateway.model.site.connection import LoginSettings
from gateway.model.site.part import SitePart
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.model.site.situation.subscriptions import SubscriptionSettings


class ContextBrokerSettings(SitePart, frozen=True, kw_only=True):
    """A context broker whose entities are what is public in the Situation Room."""

    url: Annotated[HttpUrl, says("Its address, for example `https://orion.example:1026`. `http://` is for this machine only.")]
    api: Annotated[Literal["ngsi-v2", "ngsi-ld"], says("Its API.")] = "ngsi-v2"
    tenant: Annotated[str | None, says("Its tenant: the header `Fiware-Service`, or `NGSILD-Tenant`.")] = None
    service_path: Annotated[str | None, says("With `ngsi-v2`, the header `Fiware-ServicePath`, for example `/situations`.")] = None
    token_file: Annotated[str | None, says("File of mode 0600 that contains only the token that it expects after `Bearer`.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    private: Annotated[bool, says("`true`: the address may be in a private network.")] = False


class WorksDaysSettings(SitePart, frozen=True, kw_only=True):
    """Days for each category of works: working days, but for `major_advance`."""

    major_advance: Annotated[Annotated[int, whole(0, 366)] | None, says("Of the first announcement of major works, in days.")] = None
    major: Annotated[Annotated[int, whole(0, 250)] | None, says("Of major works, in working days.")] = None
    standard: Annotated[Annotated[int, whole(0, 250)] | None, says("Of standard works, and of other events, in working days.")] = None
    minor: Annotated[Annotated[int, whole(0, 250)] | None, says("Of minor works, in working days.")] = None


class PostgresSettings(SitePart, frozen=True, kw_only=True):
    """A PostgreSQL, and who logs in."""

    server: Annotated[HostPort, says("Its address, for example `db.example.org:5432`. Another machine is reached over TLS alone.")]
    database: Annotated[str, says("Name of the database, for example `situations`. The user creates tables in it.")]
    login: Annotated[LoginSettings, says("Login at the server.")]
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None


EventAlarm = Literal[
    "panel_outage", "supply_outage", "phase_loss", "cable_theft", "lamp_failures", "switching_failed", "leakage", "air_limit_no2",
    "air_limit_o3", "air_limit_so2", "air_limit_pm10", "air_limit_pm25", "noise_limit", "traffic_congested", "parking_full",
    "flood", "device_alarm",
]  # fmt: skip
"""The kinds of alarms that can become events: those of assets, not of gateways and of the centre."""


class TelemetryEventSettings(SitePart, frozen=True, kw_only=True):
    """What alarms of a kind become as events of the Situation Room."""

    kind: Annotated[Literal["lighting", "outage", "environment", "traffic", "parking", "damage", "safety"], says("The kind of the event.")]
    severity: Annotated[Literal["highest", "high", "medium", "low", "lowest", "unknown"], says("How much it disturbs.")] = "unknown"
    public: Annotated[bool, says("`true`: everybody may see it.")] = False
    organisations: Annotated[list[Name], says("The organisations that may see it, besides the owner of the asset.")] = []


class SituationSettings(SitePart, frozen=True, kw_only=True):
    """The Situation Room: who takes part, and by which rules. The periods are by default those of England's Street Manager."""

    organisations: Annotated[dict[Name, OrganisationSettings], says("The organisations that take part, by name.")]
    database: Annotated[str | None, says("The SQLite file of situations; by default, `situations.sqlite` beside the dead letters.")] = None
    postgresql: Annotated[
        PostgresSettings | None, says("The PostgreSQL that has the situations, instead of a file; two machines can then run the room.")
    ] = None
    patron: Annotated[str | None, says('Day of the town\'s patron, a holiday, as month and day: `"12-26"`.')] = None
    silence: Annotated[
        Literal["accept", "escalate"],
        says("What it means if an authority does not answer in time: that it accepts, or that somebody else must decide."),
    ] = "accept"
    notice: Annotated[WorksDaysSettings, says("How long before their start works are announced; by default, 84, 10, 10 and 3 days.")] = (
        WorksDaysSettings()
    )
    answer: Annotated[WorksDaysSettings, says("How long an authority has to answer; by default, 28, 5, 5 and 2 days.")] = (
        WorksDaysSettings()
    )
    near_m: Annotated[float, msgspec.Meta(ge=1, le=500), says("Distance below which works are in each other's way, in metres.")] = 30.0
    tail_days: Annotated[
        float, msgspec.Meta(ge=0, le=366), says("Days between two works below which they are still in each other's way.")
    ] = 30.0
    together_days: Annotated[
        float, msgspec.Meta(ge=0, le=366), says("Days between two works below which digging together is proposed.")
    ] = 90.0
    no_dig_years: Annotated[int, whole(0, 20), says("Years after resurfacing in which nobody should dig.")] = 5
    telemetry: Annotated[
        dict[EventAlarm, TelemetryEventSettings],
        says("Which alarms of the centre become events of the operator that owns the asset, by kind of alarm; by default, none do."),
    ] = {}
    suppress_alarms: Annotated[
        bool, says("Whether active roadworks suppress alarms of the centre that they can have caused, at the assets that they affect.")
    ] = True
    subscriptions: Annotated[
        dict[Name, SubscriptionSettings], says("Who is sent situations, by name. E-mails need `centre.alarms.smtp`.")
    ] = {}
    push: Annotated[
        dict[Name, ContextBrokerSettings], says("Context brokers that are sent what is public, by name; by default, there are none.")
    ] = {}
    requests_per_minute: Annotated[int, whole(1, 1_000_000), says("Requests of one organisation over MQTT, for long.")] = 1200
    api: Annotated[SituationApiSettings | None, says("The REST API; by default, there is none.")] = None
