"""The reasons for which documents are rejected, in Italian: those of the rules of events, and those of the JSON reader (msgspec)."""

import re

_TYPES = {
    "array": "una lista",
    "object": "un oggetto",
    "str": "un testo",
    "int": "un numero intero",
    "float": "un numero",
    "bool": "vero o falso",
    "null": "null",
}
"""What JSON has, as Italian calls it."""

_PLACE = re.compile(r" - at `(\$[^`]*)`\Z")

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"{english}\Z"), italian)
    for english, italian in (
        (r"Expected `([^`]+)`, got `([^`]+)`", "atteso {0:type}, trovato {1:type}"),
        (r"Expected `array` of (?:at (?:least|most) )?length (.+)", "attesa una lista di lunghezza {0}"),
        (r"Expected `str` of length (.+)", "atteso un testo di lunghezza {0}"),
        (r"Expected `(\w+)` ([<>]=?) (\S+)", "atteso {0:type} {1} {2}"),
        (r"Expected `(\w+)`", "atteso {0:type}"),
        (r"Invalid enum value (.+)", "valore {0} non ammesso"),
        (r"Invalid value (.+)", "valore {0} non ammesso"),
        (r"Object missing required field `([^`]+)`", "manca il campo obbligatorio `{0}`"),
        (r"(?:Number|Integer value) out of range", "numero fuori dai limiti"),
        (
            r"this text has not the form that is expected, or control characters",
            "questo testo non ha la forma attesa, o ha caratteri di controllo",
        ),
        (r"the document has (\d+) bytes, more than (\d+)", "il documento ha {0} byte, più di {1}"),
        (r"the document is not JSON: it contains control characters", "il documento non è JSON: contiene caratteri di controllo"),
        (r"the document is not JSON: (.+)", "il documento non è JSON: {0}"),
        (r"the type '([^']*)' is not that of the kind '([^']*)'", "il tipo '{0}' non è quello degli eventi '{1}'"),
        (r"the subject '([^']*)' is not the id of the feature, '([^']*)'", "il soggetto '{0}' non è l'id dell'evento, '{1}'"),
        (r"the situation '([^']*)' is not the id of the feature, '([^']*)'", "la situazione '{0}' non è l'id dell'evento, '{1}'"),
        (
            r"'situation' is missing: the request does not say what it is about",
            "manca 'situation': la richiesta non dice quale situazione riguarda",
        ),
        (
            r"'version' is missing: an update says which version it is based on",
            "manca 'version': una modifica dice su quale versione si basa",
        ),
        (
            r"the event has no place: neither a geometry, nor a street, nor a description of the location",
            "l'evento non ha un luogo: né una geometria, né una via, né una descrizione del luogo",
        ),
        (r"an event of the kind 'safety' needs 'cap'", "un evento di tipo 'safety' deve avere 'cap'"),
        (r"the event is related to itself", "l'evento è collegato a sé stesso"),
        (r"'roadworks' does not belong to the kind '([^']*)'", "'roadworks' non appartiene al tipo '{0}'"),
        (
            r"'no_dig_until' needs 'reinstatement': it protects a surface that was restored",
            "'no_dig_until' richiede 'reinstatement': protegge una superficie ripristinata",
        ),
        (r"the geometry has more than (\d+) positions", "la geometria ha più di {0} posizioni"),
        (
            r"a ring of the geometry is not closed: its last position must be its first",
            "un anello della geometria non è chiuso: l'ultima posizione deve essere la prima",
        ),
        (r"'([^']*)' of (\w+) is no date that exists", "'{0}' di {1} non è una data che esiste"),
        (r"the exception '([^']*)' is no date that exists", "l'eccezione '{0}' non è una data che esiste"),
        (r"(\w+) is before (\w+)", "{0} è prima di {1}"),
        (r"actual_end needs actual_start", "actual_end richiede actual_start"),
        (
            r"what is verified must have happened: actual_start or actual_end is missing",
            "ciò che è verificato deve essere avvenuto: manca actual_start o actual_end",
        ),
    )
)


class _Part(str):
    """A part of a sentence; with the format `type`, a type of JSON as Italian calls it."""

    __slots__ = ()

    def __format__(self, how: str) -> str:
        return " o ".join(_TYPES.get(one, one) for one in self.split(" | ")) if how == "type" else str(self)


def in_italian(reason: str) -> str:
    """Return a reason in Italian; one that is not known stays as it is."""
    place = _PLACE.search(reason)
    sentence = reason if place is None else reason[: place.start()]
    where = "" if place is None else f" - in `{place[1]}`"
    for english, italian in _PATTERNS:
        if (match := english.match(sentence)) is not None:
            return italian.format(*(_Part(one or "") for one in match.groups())) + where
    return reason
