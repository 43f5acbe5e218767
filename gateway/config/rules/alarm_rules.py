"""The rules of `alarms`: who is notified, and that it can be done."""

from typing import NamedTuple
from urllib.parse import urlsplit

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.server_rules import SERVER, is_loopback
from gateway.config.tree_to_struct import entry
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, SmtpSettings


class _Contact(NamedTuple):
    """A contact, and whether there is a mail server."""

    settings: AlarmContactSettings
    has_mail: bool


_SMTP = (
    Rule[SmtpSettings](
        lambda s: s.encryption == "none" and not is_loopback(s.server.rpartition(":")[0].strip("[]")),
        "encryption",
        "e-mails and the password would cross the network unencrypted",
        "write 'starttls' or 'tls', or use a server on this machine",
    ),
    Rule[SmtpSettings](lambda s: "@" not in s.sender, "sender", "an e-mail address has no '@'", "write name@example.org"),
    Rule[SmtpSettings](lambda s: s.encryption == "none" and s.ca, "ca", "'ca' has no effect without encryption", "remove 'ca'"),
)

_CONTACT = (
    Rule[_Contact](
        lambda s: bool(s.settings.email) == (s.settings.webhook is not None),
        "",
        "a contact needs exactly one way to be notified",
        "write either 'email: […]' or 'webhook: …'",
    ),
    Rule[_Contact](
        lambda s: any("@" not in one for one in s.settings.email), "email", "an e-mail address has no '@'", "write name@example.org"
    ),
    Rule[_Contact](lambda s: s.settings.email and not s.has_mail, "email", "there is no mail server", "add 'smtp:' under 'alarms:'"),
    Rule[_Contact](
        lambda s: s.settings.webhook is not None and s.settings.secret_file is None,
        "webhook",
        "without a secret, anybody could send such messages",
        "add 'secret_file: …'",
    ),
    Rule[_Contact](
        lambda s: s.settings.secret_file is not None and s.settings.webhook is None,
        "secret_file",
        "there is no webhook whose messages it signs",
        "add 'webhook: …', or remove it",
    ),
    Rule[_Contact](
        lambda s: s.settings.ca is not None and not (s.settings.webhook or "").startswith("https:"),
        "ca",
        "'ca' has no effect without a webhook over HTTPS",
        "write https://, or remove 'ca'",
    ),
)


def check_alarms(alarms: AlarmSettings, node: Node, problems: Problems) -> None:
    """Check the mail server, the contacts, and that everybody who is notified is one of them."""
    if alarms.smtp is not None:
        check(_SMTP, alarms.smtp, entry(node, "smtp"), problems)
    for name, contact in alarms.contacts.items():
        at = entry(node, "contacts", name)
        check(_CONTACT, _Contact(contact, alarms.smtp is not None), at, problems)
        if contact.webhook is not None:
            check(SERVER, urlsplit(contact.webhook), entry(at, "webhook"), problems)
    for operator, rules in alarms.notify.items():
        for number, rule in enumerate(rules):
            at = entry(node, "notify", operator, number, "contacts")
            for place, name in enumerate(rule.contacts):
                if name not in alarms.contacts:
                    problems.add(entry(at, place), f"there is no contact '{name}'", suggest(name, alarms.contacts))
                elif name in rule.contacts[:place]:
                    problems.add(entry(at, place), f"'{name}' is listed twice", "list each contact once")
