"""Why a site file can't be edited as was asked for, in Italian."""

from gateway.config.italian import PHRASES as PROBLEMS
from gateway.config.phrasebook import Phrasebook

PHRASES = {
    "the file is empty: begin with 'site: …'": "il file è vuoto: comincia con 'site: …'",
    "'{place}' is not a list": "'{place}' non è un elenco",
    "'{place}' is not a key": "'{place}' non è una chiave",
    "'{place}' has no '{step}'": "'{place}' non contiene '{step}'",
    "there is no '{place}' to remove": "non c'è '{place}' da togliere",
    "'{place}' can't be changed alone: edit the file by hand, and write out what it repeats with '&' and '*'": (
        "'{place}' non si può cambiare da sola: modifica il file a mano, e scrivi per esteso ciò che ripete con '&' e '*'"
    ),
    "there is a line '{line}' already: choose another name": "c'è già una linea '{line}': scegli un altro nome",
    "there is a device '{device}' already: choose another name": "c'è già un dispositivo '{device}': scegli un altro nome",
    "a device has no '{key}'; {advice}": "un dispositivo non ha '{key}'; {advice}",
    "there is no '{step}' in {place}; {advice}": "non c'è '{step}' in {place}; {advice}",
    "there is no line '{line}'; {advice}": "non c'è una linea '{line}'; {advice}",
    "there is no device '{device}'; {advice}": "non c'è un dispositivo '{device}'; {advice}",
}
"""Each sentence of an EditError, as English and Italian."""

BOOK = Phrasebook(PROBLEMS | PHRASES)
