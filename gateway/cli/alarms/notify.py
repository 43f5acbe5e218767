"""`gateway alarms notify`: who is notified of alarms, and whether messages arrive."""

from pathlib import Path

import click
import msgspec

from gateway.cli.alarms.common import notified_so_far
from gateway.cli.common import columns, fail, read_centre, when
from gateway.cli.options import JSON, SITE
from gateway.config.problems import suggest
from gateway.config.site_file import CentreSite
from gateway.host import clock


@click.command()
@SITE
@click.option("--test", "tested", metavar="CONTACT", help="Send a test message to this contact, and say what happened.")
@JSON
def command(site: Path, tested: str | None, *, as_json: bool) -> None:
    r"""List whom SITE's centre notifies of alarms, and what is not delivered yet; or send a test message.

    Exits with 1 if a message can't be delivered.

    \b
    gateway alarms notify centre.yaml
    gateway alarms notify centre.yaml --test control-room
    """
    centre = read_centre(site)
    if tested is not None:
        _test(centre, tested)
        return
    found = _listed(centre)
    if as_json:
        click.echo(msgspec.json.encode({"contacts": found}))
    elif not found:
        click.echo("nobody is notified: add 'contacts:' and 'notify:' under 'centre: alarms:'")
    else:
        rows = [("contact", "by", "of", "latest message", "waiting", "why")]
        rows += [(one["contact"], one["by"], one["of"], one["latest"], one["waiting"], one["error"]) for one in found]
        for line in columns(rows):
            click.echo(line)
    raise SystemExit(1 if any(one["error"] for one in found) else 0)


def _test(centre: CentreSite, contact: str) -> None:
    from gateway.alarms.notification.notice import Notification
    from gateway.centre.alarms.notification.delivery import Postman
    from gateway.centre.alarms.notification.queue import WaitingNotification
    from gateway.host.webhook.errors import NotDelivered

    alarms, now_ms = centre.settings.alarms, clock.now_ms()
    if contact not in alarms.contacts:
        fail(f"there is no contact '{contact}'; {suggest(contact, alarms.contacts)}")
    message = WaitingNotification(f"test-{now_ms}", Notification(contact, now_ms, []))
    try:
        said = Postman(centre.site, alarms, centre.time_zone).deliver(message)
    except NotDelivered as error:
        fail(f"not delivered to {contact}: {error}")
    click.echo(f"delivered to {contact}: {said}")


def _listed(centre: CentreSite) -> list[dict[str, str]]:
    alarms = centre.settings.alarms
    sent_ms, waiting = notified_so_far(centre.settings)
    found = []
    for name, contact in alarms.contacts.items():
        rules = [(operator, rule) for operator, rules in alarms.notify.items() for rule in rules if name in rule.contacts]
        mine = [one for one in waiting if one.notification.contact == name]
        found.append(
            {
                "contact": name,
                "by": contact.webhook or ", ".join(contact.email),
                "of": "; ".join(f"{operator}: {', '.join(rule.priorities) or 'all'}" for operator, rule in rules) or "nothing",
                "latest": when(sent_ms[name]) if name in sent_ms else "",
                "waiting": ", ".join(f"{len(one.notification.notices)} alarms since {when(one.notification.at_ms)}" for one in mine),
                "error": "; ".join(one.error for one in mine if one.error),
            }
        )
    return found
