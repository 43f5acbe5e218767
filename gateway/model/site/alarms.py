"""The keys `centre.alarms` and `centre.works`: who is notified of alarms, and when nobody is."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Delay, Duration, HostPort, HttpUrl, LocalTime, Name, TimeOfDay, says
from gateway.model.site.connection import LoginSettings
from gateway.model.site.part import SitePart

PriorityName = Literal["critical", "high", "medium", "low"]


class WorksSettings(SitePart, frozen=True, kw_only=True):
    """Announced works: while they last, alarms of their assets are suppressed, and Grafana notifies nobody of them."""

    name: Annotated[Name, says("Name of the works.")]
    begins: Annotated[LocalTime, says("When they begin, in the site's time zone, for example 2026-12-01T08:00.")]
    ends: Annotated[LocalTime, says("When they end.")]
    assets: Annotated[list[Name], msgspec.Meta(min_length=1), says("The assets and gateways that they affect.")]


class SmtpSettings(SitePart, frozen=True, kw_only=True):
    """The mail server that accepts the centre's e-mails about alarms."""

    server: Annotated[HostPort, says("Its address, for example `mail.example.org:587`.")]
    encryption: Annotated[
        Literal["starttls", "tls", "none"],
        says("`starttls` (port 587), `tls` from the first byte (port 465), or `none`, for a server on this machine only."),
    ] = "starttls"
    sender: Annotated[str, says("Address that the e-mails are from.")]
    login: Annotated[LoginSettings | None, says("Login at the server.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None


class QuietSettings(SitePart, frozen=True, kw_only=True):
    """When a contact is not to be disturbed by alarms of low priority; they are notified when it ends."""

    begin: Annotated[TimeOfDay, says('When it begins, in the site\'s time zone, for example `"22:00"`.')]
    end: Annotated[TimeOfDay, says("When it ends.")]
    priorities: Annotated[list[PriorityName], says("The priorities that wait; by default, `medium` and `low`.")] = []


class AlarmContactSettings(SitePart, frozen=True, kw_only=True):
    """Who is notified of alarms by the centre: by e-mail, or by a webhook."""

    email: Annotated[list[str], says("E-mail addresses.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that JSON is posted to. `http://` is for this machine only.")] = None
    secret_file: Annotated[
        str | None,
        says("File that contains only the secret with which messages to the webhook are signed, `whsec_` and base64, of mode 0600."),
    ] = None
    ca: Annotated[str | None, says("File of the authorities to trust for the webhook; by default, the system's.")] = None
    language: Annotated[Literal["en", "it"], says("Language of the e-mails.")] = "en"
    quiet: Annotated[QuietSettings | None, says("Quiet hours; by default, there are none.")] = None
    interval: Annotated[Delay, says("Least interval between two messages: what comes meanwhile is in the next one.")] = 300.0


class EscalationSettings(SitePart, frozen=True, kw_only=True):
    """Who is notified of an alarm, one after the other until somebody acknowledges it."""

    priorities: Annotated[list[PriorityName], says("Of which priorities; by default, of all.")] = []
    contacts: Annotated[list[Name], msgspec.Meta(min_length=1), says("The contacts, one or more of `contacts`, in this order.")]
    after: Annotated[Delay, says("How long an alarm has been raised when the first one is notified.")] = 60.0
    escalate: Annotated[Duration, says("How long after that the next one is notified, unless somebody has acknowledged the alarm.")] = 900.0
    remind: Annotated[
        Duration | None, says("How often a contact is reminded of an alarm that nobody has acknowledged; by default, never.")
    ] = None


class AlarmSettings(SitePart, frozen=True, kw_only=True):
    """Who is notified of the alarms of the centre, without Grafana."""

    smtp: Annotated[SmtpSettings | None, says("The mail server; contacts with `email` need it.")] = None
    gather: Annotated[Delay, says("How long alarms are gathered that begin together, so that they are one message.")] = 30.0
    contacts: Annotated[dict[Name, AlarmContactSettings], says("Whom messages are sent to, by name.")] = {}
    notify: Annotated[
        dict[Name, list[EscalationSettings]],
        says("Who is notified, by operator; `centre` is for the centre itself, and for operators without an entry."),
    ] = {}
