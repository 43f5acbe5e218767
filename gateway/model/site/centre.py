"""The key `centre`: the centre as a whole."""

from pathlib import PurePath
from typing import Annotated

import msgspec

from gateway.model.scalar_types import BrokerUrls, Delay, HostPort, Label, Name, Size, says
from gateway.model.site.access import AccessSettings
from gateway.model.site.alarms import AlarmSettings, WorksSettings
from gateway.model.site.connection import LoginSettings, TlsSettings
from gateway.model.site.grafana import GrafanaSettings
from gateway.model.site.part import SitePart
from gateway.model.site.situation.room import SituationSettings
from gateway.model.site.store import RetentionSettings, StoreSettings


class CitySettings(SitePart, frozen=True, kw_only=True):
    """How often the message of an asset is published on the city plane."""

    at_most: Annotated[Delay, says("Least interval between two messages of an asset whose values change.")] = 5.0
    at_least: Annotated[Delay, says("Interval between two messages of an asset whose values do not change.")] = 60.0


class EnergySettings(SitePart, frozen=True, kw_only=True):
    """What energy costs, and what it emits, for `gateway report`; without them, the reports leave these columns out."""

    price: Annotated[Annotated[float, msgspec.Meta(gt=0, le=100)] | None, says("Price of a kilowatt-hour in euros.")] = None
    co2: Annotated[
        Annotated[float, msgspec.Meta(gt=0, le=5000)] | None, says("Emissions of a kilowatt-hour in grams of CO₂, as the supplier states.")
    ] = None
    town: Annotated[Label | None, says("ISTAT code of the municipality, for PELL.")] = None
    producer: Annotated[Label | None, says("Identifier of this solution at PELL, which ENEA assigns.")] = None


class RolloutSettings(SitePart, frozen=True, kw_only=True):
    """Where the firmware comes from that the centre brings to devices, for the role `firmware`."""

    repository: Annotated[
        str, says("Folder of the published repository of signed firmware (`firmware repo publish`); it is also sent to gateways.")
    ]
    root: Annotated[str, says("File of its first root metadata, `1.root.json`, which a person has put in place: it says whom to trust.")]
    rate: Annotated[Size, says("Bytes a second at which files are sent to all gateways together.")] = 256 << 10


class CentreSettings(SitePart, frozen=True, kw_only=True):
    """The centre: its broker, its store, its city plane."""

    broker: Annotated[BrokerUrls, says("URL of the broker, or of each node of a cluster. `mqtt://` is for this machine only.")]
    tls: Annotated[TlsSettings, says("Files of the TLS connection.")] = TlsSettings()
    login: Annotated[LoginSettings | None, says("Login at the broker.")] = None
    store: Annotated[StoreSettings, says("Where readings are stored: one of the two.")]
    worker: Annotated[Name, says("Name of this ingest worker; several workers need different names.")] = "worker-1"
    listen: Annotated[HostPort, says("Address of `/health` and `/metrics` of `gateway central`.")] = "127.0.0.1:9274"
    dead_letters: Annotated[
        str | None,
        says(
            "File of the readings that no store accepted; by default, `dead-letters.sqlite` beside the history, or in "
            "`/var/lib/street-central`."
        ),
    ] = None
    city: Annotated[CitySettings, says("How often the city plane is published.")] = CitySettings()
    retention: Annotated[
        RetentionSettings,
        says(
            "How long the store keeps readings and roll-ups; by default, for ever. `gateway central setup` applies it to "
            "InfluxDB, `gateway central` to the history."
        ),
    ] = RetentionSettings()
    access: Annotated[AccessSettings | None, says("Who may use the broker, for `gateway broker-config`.")] = None
    grafana: Annotated[GrafanaSettings | None, says("Grafana, for `gateway dashboards`.")] = None
    alarms: Annotated[AlarmSettings, says("Who is notified of alarms; by default, nobody.")] = AlarmSettings()
    works: Annotated[
        list[WorksSettings],
        says("Announced works, during which alarms of the assets that they affect are suppressed, and nobody is notified of them."),
    ] = []
    energy: Annotated[EnergySettings, says("Price and emissions of energy, for `gateway report`.")] = EnergySettings()
    firmware: Annotated[RolloutSettings | None, says("The repository of firmware, for `firmware rollout`.")] = None
    situation: Annotated[SituationSettings | None, says("The Situation Room, for `gateway situation`.")] = None

    def situations_path(self) -> str:
        """Return the file of situations."""
        named = None if self.situation is None else self.situation.database
        return named or str(PurePath(self.dead_letters_path()).with_name("situations.sqlite"))

    def situation_tokens_path(self) -> str:
        """Return the file of the tokens of the Situation Room's API."""
        named = None if self.situation is None or self.situation.api is None else self.situation.api.tokens
        return named or str(PurePath(self.situations_path()).with_name("situation-tokens.json"))

    def situation_people_path(self) -> str:
        """Return the file of the passwords of those who use the pages of the Situation Room."""
        api = None if self.situation is None else self.situation.api
        named = None if api is None or api.pages is None else api.pages.people
        return named or str(PurePath(self.situations_path()).with_name("situation-people.json"))

    def rollouts_path(self) -> str:
        """Return the file of roll-outs, which is beside that of dead letters."""
        return str(PurePath(self.dead_letters_path()).with_name("rollouts.sqlite"))

    def alarms_path(self) -> str:
        """Return the file of alarms, which is beside that of dead letters."""
        return str(PurePath(self.dead_letters_path()).with_name("alarms.sqlite"))

    def dead_letters_path(self) -> str:
        """Return the file of dead letters."""
        if self.dead_letters is not None:
            return self.dead_letters
        folder = str(PurePath(self.store.history.path).parent) if self.store.history is not None else "/var/lib/street-central"
        return f"{folder}/dead-letters.sqlite"
