"""The alarms of which Grafana notifies: what is asked, when it is wrong and well again, what it means and what to do first. Pure."""

from typing import Literal, NamedTuple

from dashboards.alerts.queries import OWNED, declared, holding, latest, lowest, recent, reporting

Severity = Literal["critical", "warning"]

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S

_BY_GATEWAY = '"operator", "gateway"'
_GATEWAY = "\"profile\" = 'gateway'"


class AlertTexts(NamedTuple):
    """What an alert says in one language: a title, what it means, and what to do first."""

    title: str
    meaning: str
    first: str


class Condition(NamedTuple):
    """An alarm: one number for each asset, and the limits at which it is raised and cleared.

    Attributes:
        name: Its name, which is also that of the rule in Grafana.
        group: The group of rules that it is evaluated with.
        severity: `critical`: somebody must go at once.
        queries: The queries by their letters; `A` alone is the number, or `formula` computes it from all.
        set_at: It is raised beyond this number.
        clear_at: It is cleared when the number is on the other side of this one, so it does not flutter between the two.
        for_s: How long the number must stay beyond `set_at`.
        range_s: How far the queries look back.
        texts: English and Italian.
        below: Whether low numbers are wrong, instead of high ones.
        formula: An expression of Grafana ("math") of the numbers `$A`, `$B`, `$C`.
    """

    name: str
    group: str
    severity: Severity
    queries: dict[str, str]
    set_at: float
    clear_at: float
    for_s: int
    range_s: int
    texts: tuple[AlertTexts, AlertTexts]
    below: bool = False
    formula: str = ""


_MISSING = '100 * (last("expected_power") - last("active_power")) / (last("expected_power") + 1)'
"""The missing share of the expected power in percent; by day, when nothing is expected, it is not above zero."""

_BY_DAY = 'last("active_power") - last("expected_power") - 1000 * last("scheduled_level")'
"""The power in watts that nobody asks for; far below zero while light is asked for."""

_PHASES = " + ".join(
    f'(last("voltage_{a}") - last("voltage_{b}")) * (last("voltage_{a}") - last("voltage_{b}"))'
    for a, b in (("l1", "l2"), ("l2", "l3"), ("l1", "l3"))
)
"""The squared differences of the phases' voltages, summed: 2·230² V² if one or two of three are lost, a hundredth of that within ±10 %."""

CONDITIONS = [
    Condition(
        "panel_outage",
        "lighting",
        "critical",
        {"A": latest("lighting_quarter", _MISSING)},
        90,
        70,
        5 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Lighting panel dark",
                "Lamps should burn, and the panel draws less than a tenth of the expected power.",
                "See whether the neighbouring streets are dark too; then send somebody to the panel: supply, main breaker, contactor.",
            ),
            AlertTexts(
                "Quadro di illuminazione spento",
                "Le lampade dovrebbero essere accese, ma il quadro assorbe meno di un decimo della potenza attesa.",
                "Verificare se anche le strade vicine sono al buio; poi mandare qualcuno al quadro: alimentazione, "
                "interruttore generale, contattore.",
            ),
        ),
    ),
    Condition(
        "power_missing",
        "lighting",
        "critical",
        {"A": latest("lighting_quarter", _MISSING)},
        20,
        12,
        45 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Part of the lighting missing",
                "For three quarters of an hour, more than a fifth of the expected power has been missing: "
                "a circuit is out, many lamps are out, or a cable was cut or stolen.",
                "Treat it as a stolen cable until seen: bare wires may be in reach. Check the door of the panel and the "
                "circuits' breakers.",
            ),
            AlertTexts(
                "Manca parte dell'illuminazione",
                "Da tre quarti d'ora manca più di un quinto della potenza attesa: "
                "un circuito è fuori servizio, molte lampade sono spente, oppure un cavo è stato tagliato o rubato.",
                "Trattarlo come furto di cavi fino alla verifica: potrebbero esserci fili scoperti. Controllare la porta del "
                "quadro e gli interruttori dei circuiti.",
            ),
        ),
    ),
    Condition(
        "day_burner",
        "lighting",
        "warning",
        {"A": latest("lighting_quarter", _BY_DAY)},
        50,
        20,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Lamps burn by day",
                "The calendar asks for no light, and the panel draws power.",
                "Check the switch for local operation, then the contactor and the clock of the switching.",
            ),
            AlertTexts(
                "Lampade accese di giorno",
                "Il calendario non richiede luce, ma il quadro assorbe potenza.",
                "Controllare il selettore manuale, poi il contattore e l'orologio di comando.",
            ),
        ),
    ),
    Condition(
        "phase_loss",
        "lighting",
        "critical",
        {"A": latest("lighting_meter", _PHASES)},
        20_000,
        10_000,
        2 * _MINUTE_S,
        15 * _MINUTE_S,
        (
            AlertTexts(
                "Phase lost at a lighting panel",
                "The voltages of the three phases differ by more than 100 V.",
                "Check the fuses of the supply, then call the distributor.",
            ),
            AlertTexts(
                "Fase mancante al quadro",
                "Le tensioni delle tre fasi differiscono di oltre 100 V.",
                "Controllare i fusibili dell'alimentazione, poi chiamare il distributore.",
            ),
        ),
    ),
    Condition(
        "lamps_failed",
        "lighting",
        "warning",
        {
            "A": holding("lamp", "lamp_failure", by=_BY_GATEWAY),
            "B": reporting("lamp", "lamp_failure", by=_BY_GATEWAY),
            "C": lowest("lighting_meter", "voltage_l1", by=_BY_GATEWAY),
        },
        10,
        7,
        10 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Many lamps failed",
                "More than a tenth of a gateway's lamps report a failure, though their panel has voltage. "
                "Lamps behind a dark panel do not count.",
                "Look for what they share: a circuit, a bus, a series of drivers; then plan the replacement.",
            ),
            AlertTexts(
                "Molte lampade guaste",
                "Più di un decimo delle lampade di un gateway segnala un guasto, benché il quadro abbia tensione. "
                "Le lampade dietro un quadro spento non contano.",
                "Cercare che cosa hanno in comune: un circuito, un bus, una serie di alimentatori; poi programmare la sostituzione.",
            ),
        ),
        formula="100 * $A / $B * ($C > 50)",
    ),
    Condition(
        "door_open",
        "lighting",
        "warning",
        {"A": holding("lighting_cabinet", "door_open", by=OWNED)},
        0.5,
        0.5,
        10 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Door of a panel open",
                "The door has been open for ten minutes.",
                "Ask whether somebody works there; if not, send somebody to look.",
            ),
            AlertTexts(
                "Porta del quadro aperta",
                "La porta è aperta da dieci minuti.",
                "Chiedere se qualcuno sta lavorando; altrimenti mandare a verificare.",
            ),
        ),
    ),
    Condition(
        "breaker_tripped",
        "lighting",
        "critical",
        {"A": holding("lighting_cabinet", "circuit_breaker_tripped", by=OWNED)},
        0.5,
        0.5,
        _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Breaker tripped", "A circuit breaker of a lighting panel has tripped.", "Find the fault before you switch it on again."
            ),
            AlertTexts(
                "Interruttore scattato", "Un interruttore del quadro di illuminazione è scattato.", "Cercare il guasto prima di riarmare."
            ),
        ),
    ),
    Condition(
        "device_alarm",
        "lighting",
        "warning",
        {
            "A": declared(
                [
                    "lamp_failed",
                    "ballast_failed",
                    "bus_unpowered",
                    "mains_absent",
                    "on_battery",
                    "short_circuit",
                    "overheated",
                    "wrong_device",
                    "sensor_fault",
                ]
            )
        },
        0.5,
        0.5,
        0,
        7 * _DAY_S,
        (
            AlertTexts("Alarm of a device", "A device has declared an alarm and not cleared it.", "Read its text in the table of alarms."),
            AlertTexts(
                "Allarme di un apparato",
                "Un apparato ha segnalato un allarme ancora attivo.",
                "Leggere il testo nella tabella degli allarmi.",
            ),
        ),
    ),
]

CONDITIONS += [
    Condition(
        "pm10_limit",
        "environment",
        "warning",
        {"A": latest("air_quality", 'mean("pm10")')},
        50,
        45,
        _HOUR_S,
        _DAY_S,
        (
            AlertTexts(
                "Fine dust PM10 above the limit",
                "The mean of the last 24 hours is above 50 µg/m³, the limit of a day, "
                "which may be exceeded on 35 days a year (Directive 2008/50/EC, annex XI).",
                "Compare with the agency's stations; tell the office of the environment.",
            ),
            AlertTexts(
                "Polveri PM10 oltre il limite",
                "La media delle ultime 24 ore supera 50 µg/m³, il limite giornaliero, "
                "che si può superare per 35 giorni all'anno (direttiva 2008/50/CE, allegato XI).",
                "Confrontare con le centraline dell'agenzia; avvisare l'ufficio ambiente.",
            ),
        ),
    ),
    Condition(
        "no2_limit",
        "environment",
        "warning",
        {"A": latest("air_quality", 'mean("no2")')},
        200,
        180,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Nitrogen dioxide above the limit",
                "The mean of the last hour is above 200 µg/m³ (Directive 2008/50/EC, annex XI).",
                "Look at the traffic nearby; tell the office of the environment.",
            ),
            AlertTexts(
                "Biossido di azoto oltre il limite",
                "La media dell'ultima ora supera 200 µg/m³ (direttiva 2008/50/CE, allegato XI).",
                "Guardare il traffico nei dintorni; avvisare l'ufficio ambiente.",
            ),
        ),
    ),
    Condition(
        "ozone_limit",
        "environment",
        "warning",
        {"A": latest("air_quality", 'mean("o3")')},
        180,
        160,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Ozone above the information threshold",
                "The mean of the last hour is above 180 µg/m³ (Directive 2008/50/EC, annex XII).",
                "Tell the office of the environment: people at risk must be informed.",
            ),
            AlertTexts(
                "Ozono oltre la soglia di informazione",
                "La media dell'ultima ora supera 180 µg/m³ (direttiva 2008/50/CE, allegato XII).",
                "Avvisare l'ufficio ambiente: le persone a rischio vanno informate.",
            ),
        ),
    ),
    Condition(
        "noise_limit",
        "environment",
        "warning",
        {"A": latest("noise", 'mean("laeq")')},
        65,
        62,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Noise above the limit",
                "The mean level of the last hour is above 65 dB(A), the daytime limit of areas with intense "
                "activity (DPCM 14 November 1997, class IV).",
                "Look for works, events or traffic nearby.",
            ),
            AlertTexts(
                "Rumore oltre il limite",
                "Il livello medio dell'ultima ora supera 65 dB(A), il limite diurno delle aree di intensa "
                "attività (DPCM 14 novembre 1997, classe IV).",
                "Verificare lavori, eventi o traffico nei dintorni.",
            ),
        ),
    ),
    Condition(
        "sensor_stuck",
        "environment",
        "warning",
        {"A": latest("weather", 'spread("air_temperature")')},
        0.05,
        0.1,
        _HOUR_S,
        _DAY_S // 2,
        (
            AlertTexts(
                "Sensor stuck",
                "The air temperature has not changed for twelve hours.",
                "Restart the station; if it stays so, replace the sensor.",
            ),
            AlertTexts(
                "Sensore bloccato",
                "La temperatura dell'aria non cambia da dodici ore.",
                "Riavviare la stazione; se non basta, sostituire il sensore.",
            ),
        ),
        below=True,
    ),
    Condition(
        "sensor_implausible",
        "environment",
        "warning",
        {"A": latest("weather", 'last("air_temperature") * last("air_temperature")')},
        3_025,
        2_500,
        10 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Sensor implausible", "The air temperature is beyond ±55 °C.", "Check the wiring and the shield; do not use its values."
            ),
            AlertTexts(
                "Sensore non plausibile",
                "La temperatura dell'aria è oltre ±55 °C.",
                "Controllare il cablaggio e lo schermo; non usare i valori.",
            ),
        ),
    ),
    Condition(
        "gateway_silent",
        "gateways",
        "critical",
        {"A": recent("gateway", "uptime", "5m", where=_GATEWAY)},
        1,
        0,
        5 * _MINUTE_S,
        7 * _DAY_S,
        (
            AlertTexts(
                "Gateway silent",
                "Nothing has come from the gateway for ten minutes. What it reads is kept, and comes later.",
                "Check whether other gateways of the provider are silent too; then power and antenna on site.",
            ),
            AlertTexts(
                "Gateway muto",
                "Dal gateway non arriva nulla da dieci minuti. Le letture vengono conservate e arriveranno dopo.",
                "Verificare se sono muti anche altri gateway dello stesso operatore di rete; poi alimentazione e antenna sul posto.",
            ),
        ),
        below=True,
    ),
    Condition(
        "backlog",
        "gateways",
        "warning",
        {"A": latest("gateway", 'last("backlog_batches")', where=_GATEWAY)},
        300,
        64,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Backlog of a gateway grows",
                "More than 300 batches, about an hour's, wait for the centre.",
                "Check the centre's health first, then the gateway's line to it.",
            ),
            AlertTexts(
                "Arretrato di un gateway in crescita",
                "Oltre 300 blocchi, circa un'ora, aspettano il centro.",
                "Controllare prima lo stato del centro, poi la connessione del gateway.",
            ),
        ),
    ),
    Condition(
        "clock",
        "gateways",
        "warning",
        {"A": holding("gateway", "clock_synchronised", by=OWNED)},
        0.5,
        0.5,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Clock of a gateway not synchronised",
                "Its times may be wrong; they are corrected as soon as the clock is right.",
                "Run 'gateway doctor' there: it says whether time servers answer.",
            ),
            AlertTexts(
                "Orologio di un gateway non sincronizzato",
                "Gli orari possono essere sbagliati; si correggono appena l'orologio è giusto.",
                "Eseguire 'gateway doctor' sul posto: dice se i server dell'ora rispondono.",
            ),
        ),
        below=True,
    ),
    Condition(
        "certificate",
        "gateways",
        "warning",
        {"A": latest("gateway", 'last("certificate_days")', where=_GATEWAY)},
        14,
        20,
        0,
        _HOUR_S,
        (
            AlertTexts(
                "Certificate of a gateway expires",
                "It expires within 14 days; a gateway renews it by itself 30 days before.",
                "Look with 'gateway fleet list' why it was not renewed: the authority must run.",
            ),
            AlertTexts(
                "Certificato di un gateway in scadenza",
                "Scade entro 14 giorni; il gateway lo rinnova da solo 30 giorni prima.",
                "Verificare con 'gateway fleet list' perché non è stato rinnovato: l'autorità deve essere attiva.",
            ),
        ),
        below=True,
    ),
    Condition(
        "disk",
        "gateways",
        "warning",
        {"A": latest("gateway", 'last("disk_free")', where=_GATEWAY)},
        10,
        15,
        15 * _MINUTE_S,
        _HOUR_S,
        (
            AlertTexts(
                "Disk of a gateway almost full",
                "Less than a tenth of the journal's disk is free.",
                "Look what fills it; the journal itself has a limit.",
            ),
            AlertTexts(
                "Disco di un gateway quasi pieno",
                "È libero meno di un decimo del disco del registro.",
                "Verificare che cosa lo riempie; il registro ha un limite proprio.",
            ),
        ),
        below=True,
    ),
    Condition(
        "completeness",
        "centre",
        "warning",
        {"A": latest("completeness", '100 * sum("read") / sum("expected")', by='"operator"')},
        99.5,
        99.7,
        30 * _MINUTE_S,
        _DAY_S,
        (
            AlertTexts(
                "Readings incomplete",
                "Less than 99.5 % of the readings that were due in the last 24 hours came.",
                "Look for the devices that miss most, and for silent gateways.",
            ),
            AlertTexts(
                "Letture incomplete",
                "È arrivato meno del 99,5 % delle letture previste nelle ultime 24 ore.",
                "Cercare gli apparati con più letture mancanti e i gateway muti.",
            ),
        ),
        below=True,
    ),
    Condition(
        "dead_letters",
        "centre",
        "warning",
        {"A": latest("worker", 'last("dead_letters")')},
        0.5,
        0.5,
        0,
        _HOUR_S,
        (
            AlertTexts(
                "Readings that no store accepted",
                "The centre has set readings aside.",
                "Run 'gateway dead-letters list': it names the reasons; replay them when the cause is mended.",
            ),
            AlertTexts(
                "Letture che nessun archivio ha accettato",
                "Il centro ha messo da parte delle letture.",
                "Eseguire 'gateway dead-letters list': indica i motivi; reinviarle quando la causa è risolta.",
            ),
        ),
    ),
]
