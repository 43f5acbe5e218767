"""The words of the public page, in Italian and English. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

PageLanguage = Literal["it", "en"]

TOPICS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "works": frozenset({"roadworks", "damage"}),
        "closures": frozenset({"closure"}),
        "traffic": frozenset({"traffic", "accident"}),
        "parking": frozenset({"parking"}),
        "events": frozenset({"publicevent"}),
        "services": frozenset({"outage", "lighting", "environment", "safety", "other"}),
    }
)
"""What citizens look for, and which kinds of situations that is."""

_EN: Mapping[str, str] = MappingProxyType(
    {
        "title": "What is happening in the streets of {site}",
        "intro": "Works, closures, traffic, parking and events, as the organisations of the city announce them.",
        "all": "Everything",
        "works": "Works",
        "closures": "Closures",
        "traffic": "Traffic",
        "parking": "Parking",
        "events": "Events",
        "services": "Services",
        "now": "Now",
        "soon": "In the next two weeks",
        "later": "Later",
        "nothing": "Nothing is announced.",
        "since": "since {begin}",
        "until": "until {end}",
        "from_to": "from {begin} to {end}",
        "from": "from {begin}",
        "on": "on {begin}",
        "expected": "expected until {end}",
        "overrunning": "longer than planned",
        "detour": "Detour",
        "stops": "Stops not served",
        "by": "{owner}",
        "more": "Details",
        "map": "Map",
        "list": "List",
        "skip": "Skip to the list",
        "updated": "As of {time}. This page is up to date to half a minute; load it again for news.",
        "login": "For those who work here",
        "other": "Italiano",
        "topics": "What",
        "number": "No.",
        "order": "Order",
        "closed": "Road closed",
        "exercises": "Exercises and tests are not shown.",
        "capacity": "{percent} % of the road is free",
        "lanes": "{lanes} lanes closed",
        "lane": "1 lane closed",
        "places": "{available} places free",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "whole": "Show all",
        "busy": "Too many requests: wait a minute, then load the page again.",
    }
)

_IT: Mapping[str, str] = MappingProxyType(
    {
        "title": "Che cosa succede nelle strade di {site}",
        "intro": "Lavori, chiusure, traffico, parcheggi ed eventi, come li annunciano gli enti della città.",
        "all": "Tutto",
        "works": "Lavori",
        "closures": "Chiusure",
        "traffic": "Traffico",
        "parking": "Parcheggi",
        "events": "Eventi",
        "services": "Servizi",
        "now": "Adesso",
        "soon": "Nelle prossime due settimane",
        "later": "Più avanti",
        "nothing": "Nessun avviso.",
        "since": "da {begin}",
        "until": "fino a {end}",
        "from_to": "da {begin} a {end}",
        "from": "da {begin}",
        "on": "{begin}",
        "expected": "previsto fino a {end}",
        "overrunning": "oltre il termine previsto",
        "detour": "Percorso alternativo",
        "stops": "Fermate non servite",
        "by": "{owner}",
        "more": "Dettagli",
        "map": "Mappa",
        "list": "Elenco",
        "skip": "Vai all'elenco",
        "updated": "Aggiornato alle {time}. La pagina è aggiornata al mezzo minuto; ricaricala per le novità.",
        "login": "Per chi ci lavora",
        "other": "English",
        "topics": "Che cosa",
        "number": "N.",
        "order": "Ordinanza",
        "closed": "Strada chiusa",
        "exercises": "Esercitazioni e prove non sono mostrate.",
        "capacity": "{percent} % della strada è libero",
        "lanes": "{lanes} corsie chiuse",
        "lane": "1 corsia chiusa",
        "places": "{available} posti liberi",
        "zoom_in": "Ingrandisci",
        "zoom_out": "Riduci",
        "whole": "Mostra tutto",
        "busy": "Troppe richieste: attendi un minuto, poi ricarica la pagina.",
    }
)

PUBLIC_WORDS: Mapping[PageLanguage, Mapping[str, str]] = MappingProxyType({"it": _IT, "en": _EN})

KIND_WORDS: Mapping[PageLanguage, Mapping[str, str]] = MappingProxyType(
    {
        "it": {
            "roadworks": "Lavori",
            "closure": "Chiusura",
            "traffic": "Traffico",
            "accident": "Incidente",
            "parking": "Parcheggio",
            "outage": "Interruzione",
            "damage": "Danno",
            "lighting": "Illuminazione",
            "environment": "Ambiente",
            "publicevent": "Evento",
            "safety": "Sicurezza",
            "other": "Avviso",
        },
        "en": {
            "roadworks": "Works",
            "closure": "Closure",
            "traffic": "Traffic",
            "accident": "Accident",
            "parking": "Parking",
            "outage": "Outage",
            "damage": "Damage",
            "lighting": "Lighting",
            "environment": "Environment",
            "publicevent": "Event",
            "safety": "Safety",
            "other": "Notice",
        },
    }
)

_MONTHS_IT = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
_MONTHS_EN = "January February March April May June July August September October November December"
_MONTHS: Mapping[PageLanguage, Sequence[str]] = MappingProxyType({"it": _MONTHS_IT.split(), "en": _MONTHS_EN.split()})

_DAYS: Mapping[PageLanguage, tuple[str, ...]] = MappingProxyType(
    {
        "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    }
)


def day_words(weekday: int, day: int, month: int, language: PageLanguage) -> str:
    """Return a day as people write it; Monday is 0."""
    return f"{_DAYS[language][weekday]} {day} {_MONTHS[language][month - 1]}"
