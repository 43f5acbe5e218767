"""What can't be put into service, or be scanned, in Italian."""

from gateway.config.phrasebook import Phrasebook
from gateway.staging.italian import PHRASES as EDITS

PHRASES = {
    # Names and places
    "the label is empty or too long: type the asset's name, such as qe-041": (
        "l'etichetta è vuota o troppo lunga: scrivi il nome dell'apparato, per esempio qe-041"
    ),
    "'{text}' can't be a name; names have up to 63 lower-case letters, digits and hyphens, such as qe-041": (
        "'{text}' non può essere un nome; i nomi hanno fino a 63 lettere minuscole, cifre e trattini, per esempio qe-041"
    ),
    "the asset is missing: type what the city calls it, or scan its label": (
        "manca l'apparato: scrivi come lo chiama la città, o leggi la sua etichetta"
    ),
    "'{text}' are no serial settings; write for example 9600 8N1": "'{text}' non sono impostazioni seriali; scrivi per esempio 9600 8N1",
    # Copies
    "there is no device '{device}'": "non c'è un dispositivo '{device}'",
    "{times} copies are not possible: 1 to {most}": "{times} copie non sono possibili: da 1 a {most}",
    "{times} copies need {needed} assets, not {given}": "per {times} copie servono {needed} apparati, non {given}",
    "'{device}' has channels with assets of their own: add each such device by itself": (
        "'{device}' ha canali con apparati propri: aggiungi ogni dispositivo di questo tipo da solo"
    ),
    "'{device}' has no 'unit' in the site file to count up: write it there, or give the first address": (
        "nel file del sito '{device}' non ha 'unit' da cui contare: scrivilo lì, o indica il primo indirizzo"
    ),
    "line '{line}' has only {free} free addresses from {start} on; {needed} are needed": (
        "la linea '{line}' ha solo {free} indirizzi liberi da {start} in poi; ne servono {needed}"
    ),
    # Scans
    "'{text}' is a serial port, and not HOST:PORT of a serial device server; leave out --rtu-over-tcp": (
        "'{text}' è una porta seriale, non HOST:PORTA di un device server seriale; togli --rtu-over-tcp"
    ),
    "'{text}' is no port or host; write a path (/dev/ttyUSB0), usb: and a serial number, or HOST[:PORT]": (
        "'{text}' non è una porta né un host; scrivi un percorso (/dev/ttyUSB0), usb: e un numero di serie, o HOST[:PORTA]"
    ),
    "'{text}' has no port; a serial device server has no usual one: write HOST:PORT": (
        "'{text}' non ha una porta; un device server seriale non ne ha una usuale: scrivi HOST:PORTA"
    ),
    "invalid units '{text}'; write for example 1-32,45": "indirizzi non validi '{text}'; scrivi per esempio 1-32,45",
    "invalid units '{text}'; addresses are 1 to 247 (devices use up to 255)": (
        "indirizzi non validi '{text}'; vanno da 1 a 247 (i dispositivi ne usano fino a 255)"
    ),
}
"""Each sentence, as English and Italian."""

_BOOK = Phrasebook(EDITS | PHRASES)


def in_italian(error: Exception) -> str:
    """Return the sentence of an error in Italian, or as it is if nobody has translated it."""
    return _BOOK.italian(str(error))
