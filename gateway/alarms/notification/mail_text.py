"""The words of an e-mail about alarms, in English or Italian. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from gateway.alarms.catalogue import KINDS, AlarmType, Priority
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.model.messages import AlarmText

MailLanguage = Literal["en", "it"]

MOST_LISTED = 50
"""Alarms of one kind that are listed in an e-mail; of others, only the number is."""

_MOST_IN_SUBJECT = 3

_REASONS = {
    NoticeReason.RAISED: AlarmText("New", "Nuovi"),
    NoticeReason.ESCALATED: AlarmText("Not acknowledged by the contact before", "Non riconosciuti dal contatto precedente"),
    NoticeReason.REMINDER: AlarmText("Still active, and not acknowledged", "Ancora attivi e non riconosciuti"),
    NoticeReason.ENDED: AlarmText("Over", "Terminati"),
}
_SUBJECTS = {
    NoticeReason.RAISED: AlarmText("", ""),
    NoticeReason.ESCALATED: AlarmText("Not acknowledged: ", "Non riconosciuto: "),
    NoticeReason.REMINDER: AlarmText("Still active: ", "Ancora attivo: "),
    NoticeReason.ENDED: AlarmText("Over: ", "Terminato: "),
}
_PRIORITIES = {
    Priority.CRITICAL: AlarmText("CRITICAL", "CRITICO"),
    Priority.HIGH: AlarmText("HIGH", "ALTO"),
    Priority.MEDIUM: AlarmText("MEDIUM", "MEDIO"),
    Priority.LOW: AlarmText("LOW", "BASSO"),
}
_MEANING, _FIRST = AlarmText("Meaning", "Significato"), AlarmText("What to do first", "Che cosa fare per prima cosa")
_SINCE, _UNTIL = AlarmText("since", "dal"), AlarmText("until", "al")
_MORE = AlarmText("and {} more", "e altri {}")
_ALARM, _ALARMS = AlarmText("{} alarm", "{} allarme"), AlarmText("{} alarms", "{} allarmi")
_CRITICAL, _CRITICALS = AlarmText("{} critical", "{} critico"), AlarmText("{} critical", "{} critici")
_ALL_OVER = AlarmText("{} alarms are over", "{} allarmi terminati")
_TEST_SUBJECT = AlarmText("Test of the notifications", "Prova delle notifiche")
_TEST = AlarmText(
    "This is a test: nothing is wrong. Alarms for '{}' arrive at this address.",
    "Questa è una prova: non c'è nessun guasto. Gli allarmi per '{}' arrivano a questo indirizzo.",
)
_FOOT = AlarmText(
    "Acknowledge an alarm, so that nobody else is notified: on the operator's page, or with 'gateway alarms ack'.",
    "Riconosci un allarme, perché non sia avvisato nessun altro: nella pagina dell'operatore, o con 'gateway alarms ack'.",
)


class MailText(NamedTuple):
    """The subject and the text of an e-mail."""

    subject: str
    body: str


def mail_text(notification: Notification, site: str, language: MailLanguage, zone: str) -> MailText:
    """Return the e-mail of a notification.

    Args:
        notification: What it is about.
        site: The name of the site, which begins the subject.
        language: Its language.
        zone: The time zone of its times.
    """
    say = _Sayer(language, ZoneInfo(zone))
    if not notification.notices:
        return MailText(f"[{site}] {say(_TEST_SUBJECT)}", say(_TEST).format(notification.contact) + "\n")
    lines: list[str] = []
    for reason, found in groupby(sorted(notification.notices, key=_order), key=lambda one: one.reason):
        lines += [f"{say(_REASONS[reason])}:", ""]
        for kind, alike in groupby(found, key=lambda one: one.kind):
            lines += [*say.section(kind, list(alike), with_advice=reason is not NoticeReason.ENDED), ""]
    if any(one.reason is not NoticeReason.ENDED for one in notification.notices):
        lines += [say(_FOOT)]
    return MailText(f"[{site}] {_subject(notification.notices, say)}", "\n".join(lines).rstrip() + "\n")


class _Sayer(NamedTuple):
    """Says texts in one language, and times in one zone."""

    language: MailLanguage
    zone: ZoneInfo

    def __call__(self, text: AlarmText) -> str:
        return text.en if self.language == "en" else text.it

    def time(self, t_ms: int) -> str:
        return f"{datetime.fromtimestamp(t_ms / 1000, self.zone):%Y-%m-%d %H:%M}"

    def section(self, kind: AlarmType, notices: list[Notice], *, with_advice: bool) -> Iterator[str]:
        """Yield the lines about the alarms of one kind."""
        yield f"{self(_PRIORITIES[kind.priority])} · {self(kind.title)} ({len(notices)})"
        if with_advice:
            yield f"  {self(_MEANING)}: {self(kind.meaning)}"
            yield f"  {self(_FIRST)}: {self(kind.action)}"
        for one in notices[:MOST_LISTED]:
            until = "" if one.ended_ms is None else f" {self(_UNTIL)} {self.time(one.ended_ms)}"
            own = "" if one.own_title is None else f", {_one_line(self(one.own_title))}"
            said = self(one.detail)
            detail = own + (f", {_one_line(said)}" if said else "")
            yield f"  - {_one_line(one.key.asset)} ({_one_line(one.key.operator)}) {self(_SINCE)} {self.time(one.since_ms)}{until}{detail}"
        if len(notices) > MOST_LISTED:
            yield f"  {self(_MORE).format(len(notices) - MOST_LISTED)}"


def _one_line(text: str) -> str:
    """Return a text that a device may have sent, without what would begin another line or another header."""
    return "".join(one if one.isprintable() else " " for one in text)


def _order(notice: Notice) -> tuple[int, int, str, int, str]:
    return list(NoticeReason).index(notice.reason), notice.kind.priority, notice.kind.name, notice.since_ms, notice.key.asset


def _subject(notices: Sequence[Notice], say: _Sayer) -> str:
    if len(notices) == 1:
        (one,) = notices
        return f"{say(_SUBJECTS[one.reason])}{_one_line(say(one.title))}: {_one_line(one.key.asset)}"
    active = [one for one in notices if one.reason is not NoticeReason.ENDED]
    critical = sum(one.kind.priority is Priority.CRITICAL for one in active)
    head = say(_ALARM if len(active) == 1 else _ALARMS).format(len(active)) if active else say(_ALL_OVER).format(len(notices))
    if critical:
        head += f", {say(_CRITICAL if critical == 1 else _CRITICALS).format(critical)}"
    kinds = Counter(one.kind.name for one in sorted(active or notices, key=lambda one: one.kind.priority))
    named = [f"{say(KINDS[kind].title)} ({count})" for kind, count in list(kinds.items())[:_MOST_IN_SUBJECT]]
    return f"{head}: {', '.join(named)}{' …' if len(kinds) > _MOST_IN_SUBJECT else ''}"
