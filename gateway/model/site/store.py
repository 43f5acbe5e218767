"""The keys `centre.store` and `centre.retention`: where readings are stored, and for how long."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Duration, HttpUrl, Name, says
from gateway.model.site.connection import LoginSettings
from gateway.model.site.part import SitePart


class InfluxSettings(SitePart, frozen=True, kw_only=True):
    """An InfluxDB, or another store that accepts its line protocol: VictoriaMetrics, which is read through its own API."""

    url: Annotated[HttpUrl, says("URL of the store. `http://` is for this machine only.")]
    read_url: Annotated[HttpUrl | None, says("Where to read, if a cluster has another address for that; by default, `url`.")] = None
    api: Annotated[
        Literal["v1", "v2", "victoria"], says("`v1`: InfluxDB 1.x. `v2`: InfluxDB 2.x and 3.x. `victoria`: VictoriaMetrics.")
    ] = "v1"
    database: Annotated[str, says("Database, or bucket with `api: v2`.")] = "street"
    org: Annotated[str, says("Organisation; `api: v2` needs it.")] = ""
    login: Annotated[LoginSettings | None, says("Login, with `api: v1`.")] = None
    token_file: Annotated[str | None, says("File that contains only the token, of mode 0600.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust over HTTPS; by default, the system's.")] = None
    gzip: Annotated[bool | None, says("Whether writes are compressed; by default, those to other machines.")] = None
    operators: Annotated[
        list[Name],
        says("Operators with a database or bucket of their own, `<database>-<operator>`; all other rows are in `database`."),
    ] = []

    def of_operator(self, operator: str) -> "InfluxSettings":
        """Return the settings of the database that contains an operator's rows."""
        name = f"{self.database}-{operator}" if operator in self.operators else self.database
        return msgspec.structs.replace(self, database=name, operators=[])

    def databases(self) -> "list[InfluxSettings]":
        """Return the settings of every database: the shared one first."""
        return [msgspec.structs.replace(self, operators=[]), *map(self.of_operator, self.operators)]

    def reading(self) -> "InfluxSettings":
        """Return the settings of the connection that reads."""
        return self if self.read_url is None else msgspec.structs.replace(self, url=self.read_url)


class HistorySettings(SitePart, frozen=True, kw_only=True):
    """The embedded history: one SQLite file."""

    path: Annotated[str, says("The SQLite file.")]


class StoreSettings(SitePart, frozen=True, kw_only=True):
    """The store of the centre: one of the two."""

    influx: Annotated[InfluxSettings | None, says("An InfluxDB or VictoriaMetrics.")] = None
    history: Annotated[HistorySettings | None, says("The embedded history, for a site on a single machine.")] = None


class RetentionSettings(SitePart, frozen=True, kw_only=True):
    """How long the store keeps readings and their roll-ups; by default, for ever. The embedded history has no roll-ups."""

    raw: Annotated[Duration | None, says("How long readings are kept.")] = None
    quarter_hours: Annotated[Duration | None, says("How long roll-ups of quarter hours are kept.")] = None
    days: Annotated[Duration | None, says("How long roll-ups of days are kept.")] = None
