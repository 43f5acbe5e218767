"""The rules of `grafana`: how Grafana is reached, and who is notified."""

from urllib.parse import urlsplit

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.server_rules import SERVER
from gateway.config.tree_to_struct import entry
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import StoreSettings

_GRAFANA = (
    Rule[GrafanaSettings](
        lambda s: (s.token_file is None) == (s.login is None),
        "",
        "Grafana needs exactly one way to log in",
        "write either 'token_file: …' or 'login: …'",
    ),
    Rule[GrafanaSettings](
        lambda s: s.ca and not s.url.startswith("https:"), "ca", "'ca' has no effect with http://", "write https://, or remove 'ca'"
    ),
)

_STORE = (
    Rule[StoreSettings](
        lambda s: s.influx is None or s.influx.api == "victoria",
        "",
        "the dashboards ask in InfluxQL, which this centre's store does not understand",
        "use InfluxDB, or remove 'grafana'",
    ),
)

_CONTACT = (
    Rule[ContactSettings](
        lambda s: not s.email and s.webhook is None, "", "nobody is notified", "write 'email: […]', 'webhook: …', or both"
    ),
    Rule[ContactSettings](
        lambda s: any("@" not in one for one in s.email), "email", "an e-mail address has no '@'", "write name@example.org"
    ),
    Rule[ContactSettings](
        lambda s: s.webhook_token_file and s.webhook is None,
        "webhook_token_file",
        "there is no webhook that expects it",
        "add 'webhook: …'",
    ),
)


def check_grafana(grafana: GrafanaSettings, store: StoreSettings, node: Node, problems: Problems) -> None:
    """Check how Grafana is reached, whether it can read the store, and who is notified."""
    check(SERVER, urlsplit(grafana.url), entry(node, "url"), problems)
    check(_GRAFANA, grafana, node, problems)
    check(_STORE, store, node, problems)
    for name, contact in grafana.contacts.items():
        at = entry(node, "contacts", name)
        check(_CONTACT, contact, at, problems)
        if contact.webhook is not None:
            check(SERVER, urlsplit(contact.webhook), entry(at, "webhook"), problems)
