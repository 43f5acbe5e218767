"""Texts for people that several formats have: headlines that mark exercises, and the place in words."""

from gateway.situation.event.document import SituationProperties
from gateway.situation.event.fields import OwnLine
from gateway.situation.event.kinds import InformationStatus
from gateway.situation.event.place import StreetRef

_MARKS = {
    InformationStatus.TEST: ("PROVA", "TEST"),
    InformationStatus.SECURITY_EXERCISE: ("ESERCITAZIONE", "EXERCISE"),
    InformationStatus.TECHNICAL_EXERCISE: ("ESERCITAZIONE TECNICA", "TECHNICAL EXERCISE"),
}


def marked_headline(said: SituationProperties) -> OwnLine:
    """Return the headline; that of a test or an exercise says so first."""
    if not said.exercise:
        return said.headline
    it, en = _MARKS[said.information_status]
    return OwnLine(f"[{it}] {said.headline.it}", None if said.headline.en is None else f"[{en}] {said.headline.en}")


def place_of(said: SituationProperties) -> str | None:
    """Return the streets and the description of the place, in Italian; None if it has only a geometry."""
    streets = "; ".join(map(street_of, said.location.street_refs))
    described = None if said.location.description is None else said.location.description.it
    return ". ".join(one for one in (streets, described) if one) or None


def street_of(street: StreetRef) -> str:
    """Return a street with its civic numbers: `VIA ROMA 1-20`."""
    numbers = "-".join(one for one in (street.number_from, street.number_to) if one)
    return f"{street.name} {numbers}".rstrip()
