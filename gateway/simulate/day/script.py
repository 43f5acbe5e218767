"""The day: works that are planned together, an objection, an outage, a football match, a flood alert. All invented. Pure."""

from collections.abc import Iterator
from typing import Any

from gateway.simulate.day.acts import BEGIN, CONFIRM, END, DayStep, DayTimes, answer, comment, event, look_for_conflicts, publish, update
from gateway.simulate.day.flood import flood
from gateway.simulate.day.places import (
    STADIUM,
    VIA_FIRENZE,
    VIA_PISTOIESE,
    VIA_SANTA_TRINITA,
    VIALE_BORGO_VALSUGANA,
    VIALE_GALILEI,
    point,
)


def day_of_prato(start_ms: int) -> list[DayStep]:
    """Return the steps of the day that begins at an instant, in order."""
    times = DayTimes(start_ms)
    return [*_works(times), *_objection(times), *_outage(times), *_match(times), *flood(times)]


def _works(times: DayTimes) -> Iterator[DayStep]:
    """Publiacqua and Toscana Energia want to dig in the same street, find out, and dig together."""
    water, gas = "publiacqua-acqua-via-pistoiese", "toscana-energia-gas-via-pistoiese"
    together = times.days(30), times.days(44)
    pipe = event(
        "roadworks", "Sostituzione della condotta idrica in Via Pistoiese", "New water main in Via Pistoiese", together, VIA_PISTOIESE
    )
    pipe["audience"]["organisations"] = ["toscana-energia", "citelum", "cap"]
    pipe["internal"] = {"text": "Chiusura notturna dell'acqua: avvisare gli amministratori due giorni prima."}
    pipe["roadworks"] = {
        "category": "standard",
        "activity": "utility_asset_works",
        "occupies": ["carriageway"],
        "excavation": {"length_m": 310, "area_m2": 280, "depth_m": 1.4},
        "collaboration": {"wanted": True},
    }
    pipe["impact"] = {"management": ["laneClosures"], "control": "two_way_signals", "lines": ["LAM Blu"]}
    main = event(
        "roadworks",
        "Rinnovo della rete del gas in Via Pistoiese",
        "New gas main in Via Pistoiese",
        (times.days(52), times.days(64)),
        VIA_PISTOIESE,
    )
    main["audience"]["organisations"] = ["publiacqua"]
    main["roadworks"] = {
        "category": "standard",
        "activity": "utility_asset_works",
        "excavation": {"length_m": 240, "area_m2": 210, "depth_m": 1.1},
    }
    shared: dict[str, Any] = {**main, "timing": {"planned_start": together[0], "planned_end": together[1]}}
    shared["roadworks"] = {
        **main["roadworks"],
        "collaboration": {"wanted": True, "type": "trench_sharing_secondary_promoter", "partners": ["publiacqua"]},
    }
    leading = {
        **pipe,
        "roadworks": {
            **pipe["roadworks"],
            "collaboration": {"wanted": True, "type": "trench_sharing_primary_promoter", "partners": ["toscana-energia"]},
        },
    }
    yield DayStep(0, "publiacqua", water, publish(pipe, VIA_PISTOIESE.drawn))
    yield DayStep(5, "citelum", water, answer("seen"))
    yield DayStep(8, "toscana-energia", gas, publish(main, VIA_PISTOIESE.part(0, 2)))
    yield DayStep(12, "toscana-energia", gas, look_for_conflicts(water))
    yield DayStep(15, "toscana-energia", water, comment("La nostra rete è nello stesso tratto: scaviamo insieme?"))
    yield DayStep(20, "publiacqua", water, comment("D'accordo: apriamo noi, il vostro tubo va nello stesso scavo."))
    yield DayStep(24, "toscana-energia", gas, update(shared, VIA_PISTOIESE.part(0, 2)))
    yield DayStep(27, "publiacqua", water, update(leading, VIA_PISTOIESE.drawn))
    yield DayStep(31, "publiacqua", gas, answer("accepted", "Uno scavo solo, un ripristino solo."))
    yield DayStep(34, "cap", water, answer("seen", "La LAM Blu passa per Via Galcianese."))
    yield DayStep(37, "comune", water, answer("accepted"))
    yield DayStep(39, "comune", gas, answer("accepted", "Bene così: la strada si apre una volta sola."))
    yield DayStep(42, "publiacqua", water, CONFIRM)
    yield DayStep(43, "toscana-energia", gas, CONFIRM)


def _objection(times: DayTimes) -> Iterator[DayStep]:
    """A scaffold is in the way of the market: the municipality objects, and the works move."""
    scaffold = "edilizia-pubblica-ponteggio-via-santa-trinita"
    wanted = event(
        "roadworks", "Ponteggio per le facciate in Via Santa Trinita", "Scaffold for facades in Via Santa Trinita",
        (times.days(20), times.days(21)), VIA_SANTA_TRINITA,
    )  # fmt: skip
    wanted["roadworks"] = {"category": "minor", "occupies": ["footway", "parking_place"]}
    moved = {**wanted, "timing": {"planned_start": times.days(22), "planned_end": times.days(23)}}
    yield DayStep(48, "edilizia-pubblica", scaffold, publish(wanted, VIA_SANTA_TRINITA.drawn))
    yield DayStep(53, "comune", scaffold, answer("objected", "In quei giorni c'è il mercato: spostare di due giorni."))
    yield DayStep(59, "edilizia-pubblica", scaffold, update(moved, VIA_SANTA_TRINITA.drawn))
    yield DayStep(63, "comune", scaffold, answer("accepted"))
    yield DayStep(66, "edilizia-pubblica", scaffold, CONFIRM)


def _outage(times: DayTimes) -> Iterator[DayStep]:
    """The lamps of Viale Galilei go out; a damaged substation is the cause, which only those who repair it need to know."""
    lamps, substation = "citelum-luci-viale-galilei", "estra-cabina-viale-galilei"
    dark = event(
        "lighting",
        "Viale Galilei al buio tra i due ponti",
        "Viale Galilei is dark between the bridges",
        (times.minutes(-3), None),
        VIALE_GALILEI,
    )
    dark |= {"severity": "high", "lighting": {"equipment": "streetLighting", "fault": "notWorking", "lamps": 14}}
    failed = event(
        "outage",
        "Guasto in cabina, Viale Galilei",
        "Substation failure, Viale Galilei",
        (times.minutes(-4), None),
        VIALE_GALILEI,
        to=("comune", "citelum"),
    )
    failed |= {
        "severity": "high",
        "outage": {"utility": "electricity", "restoration_expected": times.minutes(90)},
        "impact": {"customers": 140},
        "internal": {"text": "Squadra in cabina; serve il gruppo elettrogeno.", "contact": "Sala operatoria ESTRA"},
        "related": [{"id": lamps, "relation": "causes"}],
    }
    sooner = {**failed, "outage": {"utility": "electricity", "restoration_expected": times.minutes(30)}}
    yield DayStep(70, "citelum", lamps, publish(dark, VIALE_GALILEI.part(0, 2)))
    yield DayStep(73, "comune", lamps, answer("seen", "La polizia municipale presidia l'incrocio."))
    yield DayStep(76, "estra", substation, publish(failed, point(VIALE_GALILEI.line[1])))
    yield DayStep(79, "citelum", substation, answer("seen"))
    yield DayStep(82, "comune", substation, answer("seen"))
    yield DayStep(88, "estra", substation, update(sooner, point(VIALE_GALILEI.line[1])))
    yield DayStep(95, "estra", substation, END)
    yield DayStep(98, "citelum", lamps, END)


def _match(times: DayTimes) -> Iterator[DayStep]:
    """Five thousand people come to the stadium: a street is closed, buses go another way, waste is collected earlier."""
    match, closure, buses, waste = (
        "comune-partita-stadio",
        "comune-chiusura-via-firenze",
        "cap-deviazioni-stadio",
        "alia-raccolta-via-firenze",
    )
    game = event(
        "publicevent",
        "Partita allo Stadio Lungobisenzio",
        "Football match at the Lungobisenzio stadium",
        (times.minutes(45), times.minutes(170)),
        VIA_FIRENZE,
    )
    game["publicevent"] = {"type": "footballMatch", "venue": "Stadio Lungobisenzio", "visitors": 5000}
    closed = event(
        "closure",
        "Via Firenze chiusa per la partita",
        "Via Firenze closed for the match",
        (times.minutes(30), times.minutes(200)),
        VIA_FIRENZE,
    )
    closed |= {
        "impact": {
            "management": ["roadClosed"],
            "control": "road_closure",
            "detour": {
                "description": {"it": "Per Viale Borgo Valsugana", "en": "By Viale Borgo Valsugana"},
                "geometry": VIALE_BORGO_VALSUGANA.drawn,
                "street_refs": [VIALE_BORGO_VALSUGANA.ref],
            },
        },
        "related": [{"id": match, "relation": "part_of"}],
    }
    detour = event(
        "traffic",
        "Bus deviati per la partita",
        "Buses diverted for the match",
        (times.minutes(30), times.minutes(200)),
        VIALE_BORGO_VALSUGANA,
    )
    detour |= {
        "impact": {
            "lines": ["LAM Rossa", "LAM Arancio"],
            "stops": [{"id": "firenze-1", "name": "Via Firenze 1", "replaced_by": "Viale Borgo Valsugana 4"}],
        },
        "related": [{"id": closure, "relation": "caused_by"}],
    }
    early = event(
        "other",
        "Raccolta anticipata in Via Firenze",
        "Early collection in Via Firenze",
        (times.minutes(10), times.minutes(28)),
        VIA_FIRENZE,
        to=("comune",),
    )
    yield DayStep(104, "comune", match, publish(game, point(STADIUM)))
    yield DayStep(107, "comune", closure, publish(closed, VIA_FIRENZE.part(0, 2)))
    yield DayStep(110, "cap", buses, publish(detour, VIALE_BORGO_VALSUGANA.drawn))
    yield DayStep(113, "alia", waste, publish(early, VIA_FIRENZE.part(0, 2)))
    yield DayStep(115, "comune", waste, answer("accepted"))
    yield DayStep(117, "citelum", match, answer("accepted", "Luce piena fino a mezzanotte."))
    yield DayStep(119, "cap", closure, answer("accepted"))
    yield DayStep(122, "comune", closure, CONFIRM)
    yield DayStep(124, "comune", match, CONFIRM)
    yield DayStep(127, "alia", waste, BEGIN)
    yield DayStep(130, "alia", waste, END)
    yield DayStep(134, "comune", closure, BEGIN)
    yield DayStep(136, "cap", buses, BEGIN)
    yield DayStep(139, "comune", match, BEGIN)
    yield DayStep(155, "comune", match, END)
    yield DayStep(160, "comune", closure, END)
    yield DayStep(162, "cap", buses, END)
