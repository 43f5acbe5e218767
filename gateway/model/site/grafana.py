"""The key `centre.grafana`: where dashboards are published, and whom Grafana notifies."""

from typing import Annotated, Literal

from gateway.model.scalar_types import HttpUrl, Name, says
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.part import SitePart


class ContactSettings(SitePart, frozen=True, kw_only=True):
    """Who is notified of an operator's alerts by Grafana: by e-mail, by a webhook, or by both."""

    email: Annotated[list[str], says("E-mail addresses, which Grafana writes to with its own `[smtp]` settings.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that Grafana posts alerts to.")] = None
    webhook_token_file: Annotated[
        str | None, says("File that contains only the token that the webhook expects after `Bearer`, of mode 0600.")
    ] = None


class GrafanaSettings(SitePart, frozen=True, kw_only=True):
    """A Grafana, for `gateway dashboards`: dashboards, alert rules, and who is notified."""

    url: Annotated[HttpUrl, says("URL of Grafana. `http://` is for this machine only.")]
    token_file: Annotated[str | None, says("File that contains only the token of a service account with the role Admin, of mode 0600.")] = (
        None
    )
    login: Annotated[LoginSettings | None, says("Login of an administrator, instead of a token.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust over HTTPS; by default, the system's.")] = None
    store_url: Annotated[HttpUrl | None, says("URL of the store as Grafana reaches it; by default, that of `store`.")] = None
    language: Annotated[Literal["en", "it"], says("Language of dashboards and alert rules.")] = "en"
    contacts: Annotated[
        dict[Name, ContactSettings],
        says("Who is notified, by operator; `centre` is for the alerts of the centre itself, and of operators without an entry."),
    ] = {}
    works: Annotated[list[WorksSettings], says("Announced works; they belong under `centre.works`, but are still read here.")] = []
