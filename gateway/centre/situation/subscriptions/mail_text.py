"""The words of an e-mail about situations, in English or Italian. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.alarms.notification.mail_text import MailLanguage, MailText
from gateway.centre.situation.changes import SituationChange
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.kinds import SeverityLevel
from gateway.situation.lifecycle.permissions import STATE_WORDS
from gateway.situation.private_layer import NearFeature

MOST_LISTED = 50
"""Situations in one e-mail; of others, only the number is."""

_LONGEST_TEXT = 1000
_MOST_NEAR = 10
_DAY_LENGTH = len("2026-12-04")

_COUNT = Bilingual("{} situations: {}", "{} situazioni: {}")
_MORE = Bilingual("and {} more", "e altre {}")
_EXERCISE = Bilingual("EXERCISE", "ESERCITAZIONE")
_OVERRUNNING = Bilingual("overrunning", "oltre il termine")
_UNCONFIRMED = Bilingual("start unconfirmed", "inizio non confermato")
_FROM, _TO, _BEGAN, _ENDED = Bilingual("from", "dal"), Bilingual("to", "al"), Bilingual("began", "iniziato"), Bilingual("ended", "finito")
_WHERE, _WHO, _SEVERITY = Bilingual("Where", "Dove"), Bilingual("Who", "Chi"), Bilingual("Severity", "Gravità")
_NEAR, _OTHERS = Bilingual("Near to what you own", "Vicino ai vostri impianti"), Bilingual("and {} more", "e altri {}")
_SEVERITIES = {
    SeverityLevel.HIGHEST: Bilingual("highest", "massima"),
    SeverityLevel.HIGH: Bilingual("high", "alta"),
    SeverityLevel.MEDIUM: Bilingual("medium", "media"),
    SeverityLevel.LOW: Bilingual("low", "bassa"),
    SeverityLevel.LOWEST: Bilingual("lowest", "minima"),
}
_WHY = Bilingual(
    "You get this e-mail because of the subscription '{}' of the Situation Room.",
    "Questa e-mail arriva per l'iscrizione '{}' della Situation Room.",
)


def situations_mail(changes: Sequence[SituationChange], site: str, subscription: str, language: MailLanguage, zone: ZoneInfo) -> MailText:
    """Return the e-mail about situations that have changed, as the recipient sees them.

    Args:
        changes: The situations; all of them can be seen.
        site: The name of the site, which begins the subject.
        subscription: The name of the subscription.
        language: Its language.
        zone: The time zone of its times.
    """
    writer = _Writer(language, zone)
    shown = [(one.seen, one.near) for one in changes if one.seen is not None]
    heads = [writer.head(seen) for seen, _ in shown]
    subject = heads[0] if len(heads) == 1 else writer.say(_COUNT).format(len(heads), heads[0])
    lines = [line for one in shown[:MOST_LISTED] for line in (*writer.lines(*one), "")]
    if len(shown) > MOST_LISTED:
        lines += [writer.say(_MORE).format(len(shown) - MOST_LISTED), ""]
    return MailText(f"[{site}] {subject}", "\n".join([*lines, writer.say(_WHY).format(subscription)]) + "\n")


class _Writer(NamedTuple):
    """Writes in one language, with times of one zone."""

    language: MailLanguage
    zone: ZoneInfo

    def say(self, text: Bilingual) -> str:
        return text.it if self.language == "it" else text.en

    def head(self, seen: SituationFeature) -> str:
        """Return one line: whether it is an exercise, the state, the headline."""
        said = seen.properties
        marks = [self.say(_EXERCISE)] if said.exercise else []
        headline = said.headline.it if self.language == "it" or said.headline.en is None else said.headline.en
        return _one_line(f"{' '.join([*marks, self.say(STATE_WORDS[said.state])])}: {headline}")

    def lines(self, seen: SituationFeature, near: Sequence[NearFeature]) -> Iterator[str]:
        said = seen.properties
        overdue = [self.say(_OVERRUNNING)] if said.overrunning else [self.say(_UNCONFIRMED)] if said.start_unconfirmed else []
        yield ", ".join([self.head(seen), *overdue])
        yield f"  {self._when(seen)}"
        if said.location.street_refs:
            yield f"  {self.say(_WHERE)}: {_one_line(', '.join(one.name for one in said.location.street_refs))}"
        if near:
            yield f"  {self.say(_NEAR)}: {self._near(near)}"
        if said.severity.member in _SEVERITIES:
            yield f"  {self.say(_SEVERITY)}: {self.say(_SEVERITIES[said.severity.member])}"
        yield f"  {self.say(_WHO)}: {said.owner} ({seen.id}, {said.kind})"
        if said.description is not None:
            text = said.description.it if self.language == "it" or said.description.en is None else said.description.en
            yield from (f"  {_one_line(line)}" for line in text[:_LONGEST_TEXT].splitlines())

    def _near(self, near: Sequence[NearFeature]) -> str:
        named = [f"{one.id} ({one.distance_m:g} m)" for one in near[:_MOST_NEAR]]
        more = [self.say(_OTHERS).format(len(near) - _MOST_NEAR)] if len(near) > _MOST_NEAR else []
        return _one_line(", ".join([*named, *more]))

    def _when(self, seen: SituationFeature) -> str:
        timing = seen.properties.timing
        said = [f"{self.say(_FROM)} {self._time(timing.planned_start)}"]
        said += [f"{self.say(_TO)} {self._time(timing.planned_end)}"] if timing.planned_end is not None else []
        for word, text in ((_BEGAN, timing.actual_start), (_ENDED, timing.actual_end)):
            said += [f"{self.say(word)} {self._time(text)}"] if text is not None else []
        return ", ".join(said)

    def _time(self, text: str) -> str:
        return text if len(text) == _DAY_LENGTH else f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d %H:%M}"


def _one_line(text: str) -> str:
    """Return a text of an organisation without what would begin another line or another header."""
    return "".join(one if one.isprintable() else " " for one in text)
