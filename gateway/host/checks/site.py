"""Checks everything on disk that a site file names."""

from collections.abc import Iterator

from gateway.host.checks.certificates import authority_findings, tls_findings
from gateway.host.checks.files import data_findings, file_findings, private_findings, secret_findings
from gateway.host.checks.finding import Finding, Sentence
from gateway.host.checks.public_keys import public_key_findings
from gateway.model.site.alarms import AlarmSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.connection import LoginSettings, TlsSettings
from gateway.model.site.file import Site
from gateway.model.site.grafana import GrafanaSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.model.site.situation.room import PostgresSettings, SituationSettings
from gateway.model.site.store import InfluxSettings
from gateway.model.site.uplink import JournalSettings


def named_files(site: Site, now_ms: int) -> Iterator[Finding]:
    """Yield what is wrong with the files and folders that a site names."""
    if site.uplink is not None:
        yield from tls_findings("uplink.tls", site.uplink.tls, now_ms)
        yield from _login("uplink.login", site.uplink.login)
    if site.page is not None and site.page.streets is not None:
        yield from file_findings("page.streets", site.page.streets)
    if site.page is not None and site.page.tls is not None:
        yield from tls_findings("page.tls", TlsSettings(cert=site.page.tls.cert, key=site.page.tls.key), now_ms)
    if site.gateway is not None:
        yield from data_findings("journal.path", site.journal.path, is_default=site.journal.path == JournalSettings().path)
        if site.state is not None:
            yield from data_findings("state", f"{site.state}/devices", is_default=False)
    if site.centre is not None:
        yield from _centre(site.centre, now_ms)
        if site.console.streets is not None:
            yield from file_findings("console.streets", site.console.streets)
        if site.console.users is not None:
            yield from secret_findings("console.users", site.console.users)
        if site.console.tls is not None:
            yield from tls_findings("console.tls", TlsSettings(cert=site.console.tls.cert, key=site.console.tls.key), now_ms)


def _centre(centre: CentreSettings, now_ms: int) -> Iterator[Finding]:
    yield from tls_findings("centre.tls", centre.tls, now_ms)
    yield from _login("centre.login", centre.login)
    if centre.store.influx is not None:
        yield from _influx(centre.store.influx, now_ms)
    if centre.store.history is not None:
        yield from data_findings("centre.store.history.path", centre.store.history.path, is_default=False)
    if centre.grafana is not None:
        yield from _grafana(centre.grafana, now_ms)
    yield from _alarms(centre.alarms, now_ms)
    if centre.situation is not None:
        yield from _situation(centre.situation, now_ms)
    own = centre.dead_letters is not None
    if own or centre.store.history is None:
        yield from data_findings("centre.dead_letters", centre.dead_letters_path(), is_default=not own)


def _influx(influx: InfluxSettings, now_ms: int) -> Iterator[Finding]:
    yield from _login("centre.store.influx.login", influx.login)
    if influx.token_file is not None:
        yield from secret_findings("centre.store.influx.token_file", influx.token_file)
    if influx.ca is not None:
        yield from authority_findings("centre.store.influx.ca", influx.ca, now_ms)


def _grafana(grafana: GrafanaSettings, now_ms: int) -> Iterator[Finding]:
    if grafana.works:
        yield Finding(
            "centre.grafana.works",
            Sentence(
                "works are for all alarms now, not for Grafana alone", "i lavori valgono ora per tutti gli allarmi, non solo per Grafana"
            ),
            Sentence("move them to 'centre: works:'; here they are still read", "spostali in 'centre: works:'; qui sono ancora letti"),
            is_error=False,
        )
    yield from _login("centre.grafana.login", grafana.login)
    if grafana.token_file is not None:
        yield from secret_findings("centre.grafana.token_file", grafana.token_file)
    if grafana.ca is not None:
        yield from authority_findings("centre.grafana.ca", grafana.ca, now_ms)
    for name, contact in grafana.contacts.items():
        if contact.webhook_token_file is not None:
            yield from secret_findings(f"centre.grafana.contacts.{name}.webhook_token_file", contact.webhook_token_file)


def _alarms(alarms: AlarmSettings, now_ms: int) -> Iterator[Finding]:
    if alarms.smtp is not None:
        yield from _login("centre.alarms.smtp.login", alarms.smtp.login)
        if alarms.smtp.ca is not None:
            yield from authority_findings("centre.alarms.smtp.ca", alarms.smtp.ca, now_ms)
    for name, contact in alarms.contacts.items():
        key = f"centre.alarms.contacts.{name}"
        if contact.secret_file is not None:
            yield from secret_findings(f"{key}.secret_file", contact.secret_file)
        if contact.ca is not None:
            yield from authority_findings(f"{key}.ca", contact.ca, now_ms)


def _situation(situation: SituationSettings, now_ms: int) -> Iterator[Finding]:
    if situation.postgresql is not None:
        yield from _postgresql(situation.postgresql, now_ms)
    if situation.api is not None and situation.api.tls is not None:
        tls = TlsSettings(cert=situation.api.tls.cert, key=situation.api.tls.key)
        yield from tls_findings("centre.situation.api.tls", tls, now_ms)
    for name, organisation in situation.organisations.items():
        yield from _organisation(f"centre.situation.organisations.{name}", organisation, now_ms)
    for name, subscription in situation.subscriptions.items():
        key = f"centre.situation.subscriptions.{name}"
        if subscription.secret_file is not None:
            yield from secret_findings(f"{key}.secret_file", subscription.secret_file)
        if subscription.ca is not None:
            yield from authority_findings(f"{key}.ca", subscription.ca, now_ms)


def _organisation(key: str, organisation: OrganisationSettings, now_ms: int) -> Iterator[Finding]:
    for program, signing in organisation.keys.items():
        yield from public_key_findings(f"{key}.keys.{program}.file", signing.file, now_ms)
    if organisation.layer is not None:
        yield from private_findings(f"{key}.layer", organisation.layer)
    if organisation.webhook is not None:
        yield from secret_findings(f"{key}.webhook.secret_file", organisation.webhook.secret_file)
        if organisation.webhook.ca is not None:
            yield from authority_findings(f"{key}.webhook.ca", organisation.webhook.ca, now_ms)


def _postgresql(postgresql: PostgresSettings, now_ms: int) -> Iterator[Finding]:
    yield from _login("centre.situation.postgresql.login", postgresql.login)
    if postgresql.ca is not None:
        yield from authority_findings("centre.situation.postgresql.ca", postgresql.ca, now_ms)


def _login(key: str, login: LoginSettings | None) -> Iterator[Finding]:
    if login is not None:
        yield from secret_findings(f"{key}.password_file", login.password_file)
