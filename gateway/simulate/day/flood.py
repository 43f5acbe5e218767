"""The end of the day: the Bisenzio rises. An alert that everybody answers, what follows from it, and the end of it. Invented. Pure."""

from collections.abc import Iterator
from typing import Any

from gateway.simulate.day.acts import END, DayStep, DayTimes, answer, event, publish, update
from gateway.simulate.day.places import EVERYWHERE_NEAR_THE_RIVER, VIA_DI_BACIACAVALLO, VIA_DI_GONFIENTI, VIA_FERRUCCI, point

_ALERT, _UNDERPASS, _PLANT, _GATES, _LEAK = (
    "comune-allerta-bisenzio", "comune-chiusura-via-ferrucci", "gida-portata-baciacavallo", "interporto-varco-b", "consiag-fuga",
)  # fmt: skip
"""The situations of the flood, by the names that the script has for them."""

_ANSWERS = (
    (172, "publiacqua", answer("seen")),
    (173, "gida", answer("accepted", "Baciacavallo in assetto di piena.")),
    (174, "alia", answer("accepted", "Caditoie libere lungo il fiume.")),
    (175, "cap", answer("seen")),
    (176, "citelum", answer("seen")),
    (177, "interporto", answer("accepted")),
    (178, "edilizia-pubblica", answer("seen")),
)
"""What the organisations answer to the alert, and when."""


def flood(times: DayTimes) -> Iterator[DayStep]:
    """Yield the steps of the flood: the alert and its answers, what follows from it, and how one after the other ends."""
    yield DayStep(170, "comune", _ALERT, publish(_warning(times), EVERYWHERE_NEAR_THE_RIVER))
    for at_s, organisation, said in _ANSWERS:
        yield DayStep(at_s, organisation, _ALERT, said)
    yield DayStep(181, "comune", _UNDERPASS, publish(_closed_underpass(times), VIA_FERRUCCI.part(0, 1)))
    yield DayStep(185, "gida", _PLANT, publish(_high_inflow(times), point(VIA_DI_BACIACAVALLO.line[1])))
    yield DayStep(188, "interporto", _GATES, publish(_closed_gate(times), VIA_DI_GONFIENTI.drawn))
    yield DayStep(191, "consiag", _LEAK, publish(_smell_of_gas(times), point(VIA_FERRUCCI.line[1])))
    yield DayStep(194, "toscana-energia", _LEAK, answer("accepted", "Squadra in arrivo."))
    yield DayStep(204, "consiag", _LEAK, END)
    yield DayStep(209, "comune", _ALERT, update(_weaker(_warning(times)), EVERYWHERE_NEAR_THE_RIVER))
    yield DayStep(213, "gida", _PLANT, END)
    yield DayStep(217, "interporto", _GATES, END)
    yield DayStep(221, "comune", _UNDERPASS, END)
    yield DayStep(228, "comune", _ALERT, END)


def _warning(times: DayTimes) -> dict[str, Any]:
    """Return the alert for everybody along the river."""
    warning = event(
        "safety", "Allerta arancione: il Bisenzio cresce", "Orange alert: the Bisenzio is rising", (times.minutes(-1), times.minutes(360))
    )
    described = {"it": "Lungo il Bisenzio, da Santa Lucia a Gonfienti", "en": "Along the Bisenzio, from Santa Lucia to Gonfienti"}
    return warning | {
        "severity": "high",
        "probability": "probable",
        "location": {"description": described},
        "cap": {
            "category": ["Met", "Safety"],
            "event": "Rischio idraulico",
            "urgency": "Expected",
            "certainty": "Likely",
            "response": ["Avoid", "Monitor"],
            "instruction": "Non sostare sugli argini; non entrare nei sottopassi.",
        },
    }


def _weaker(warning: dict[str, Any]) -> dict[str, Any]:
    """Return the alert once the river is falling."""
    headline = {"it": "Il Bisenzio cala: allerta gialla", "en": "The Bisenzio is falling: yellow alert"}
    return warning | {"severity": "medium", "headline": headline}


def _closed_underpass(times: DayTimes) -> dict[str, Any]:
    """Return the closure of an underpass, which the alert causes."""
    until = (times.minutes(-1), times.minutes(240))
    closed = event("closure", "Sottopasso di Via Ferrucci chiuso", "Underpass of Via Ferrucci closed", until, VIA_FERRUCCI)
    return closed | {"impact": {"management": ["roadClosed"]}, "related": [{"id": _ALERT, "relation": "caused_by"}]}


def _high_inflow(times: DayTimes) -> dict[str, Any]:
    """Return that the purification plant receives more than it can treat, which two others need to know."""
    since, to = (times.minutes(-1), None), ("comune", "publiacqua")
    inflow = event("environment", "Portata alta a Baciacavallo", "High inflow at Baciacavallo", since, VIA_DI_BACIACAVALLO, to=to)
    return inflow | {"environment": {"quantity": "inflow", "value": 5400, "unit": "m3/h", "limit": 4800}}


def _closed_gate(times: DayTimes) -> dict[str, Any]:
    """Return that lorries cannot use a gate of the freight village."""
    until = (times.minutes(-1), times.minutes(240))
    return event("traffic", "Varco B chiuso ai mezzi pesanti", "Gate B closed to lorries", until, VIA_DI_GONFIENTI)


def _smell_of_gas(times: DayTimes) -> dict[str, Any]:
    """Return that somebody smelt gas, for those who must go there."""
    since, to = (times.minutes(-1), None), ("toscana-energia", "comune")
    smell = event("damage", "Segnalazione di fuga, cantina allagata", "Gas smell in a flooded cellar", since, VIA_FERRUCCI, to=to)
    return smell | {"severity": "high", "damage": {"type": "burstPipe", "utility": "gas"}}
