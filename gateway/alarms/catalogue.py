"""All kinds of alarms of the centre: what each means, what to do first, and when it is raised and cleared. Pure.

The words are those of ISA-18.2: an alarm is raised when its condition is met for the on-delay, and returns to normal when the condition is
over for the off-delay. Between the limits to raise and to clear (the deadband) it stays as it is. Without data it stays as it is, too.
"""

from enum import IntEnum
from typing import NamedTuple

from gateway.model.messages import AlarmText


class Priority(IntEnum):
    """How soon somebody must act; lower is sooner."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class AlarmType(NamedTuple):
    """A kind of alarm.

    `latched`: it stays in the list after its return to normal until somebody acknowledges it. `of_devices`: a cause at the gateway or at
    its panel, such as a dark panel or a silent gateway, hides it.
    """

    name: str
    priority: Priority
    title: AlarmText
    meaning: AlarmText
    action: AlarmText
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latched: bool = False
    of_devices: bool = False


class Limit(NamedTuple):
    """An alarm of a number: raised above (or below) one limit, cleared on the other side of a second one, in the field's unit.

    `mean_s`: the number is the mean of so many seconds; none if it is the latest value. `is_level`: the field is a level in decibels, whose
    energy is averaged.
    """

    kind: str
    measurement: str
    field: str
    raise_at: float
    clear_at: float
    mean_s: float | None = None
    is_level: bool = False

    @property
    def is_above(self) -> bool:
        """Whether large numbers raise it."""
        return self.raise_at > self.clear_at

    def is_met(self, value: float) -> bool | None:
        """Return whether a number raises the alarm; False if it clears it, None in the deadband."""
        above, below = value >= max(self.raise_at, self.clear_at), value <= min(self.raise_at, self.clear_at)
        met, over = (above, below) if self.is_above else (below, above)
        return True if met else False if over else None


DARK_W, DARK_SHARE, LIT_SHARE = 50.0, 0.05, 0.10
"""A panel is dark below the first share of its full load, at least below so many watts, and lit above the second share."""

DEAD_PHASE_V, LIVE_PHASE_V = 100.0, 180.0
"""A phase is dead below the first, and live above the second voltage."""

THEFT_SHARE, THEFT_BACK_SHARE = 0.20, 0.10
"""A share of the load that is lost in one step, not equally by all phases, raises cable theft; less than the second share that is missing
clears it."""

FAILED_LAMPS_SHARE, FAILED_LAMPS_CLEAR_SHARE, FAILED_LAMPS_LEAST = 0.05, 0.03, 3
STUCK_S, STUCK_READINGS = 6 * 3600.0, 24
"""A sensor is stuck if a value that is never constant in the open does not change for so long, in so many readings."""

INCOMPLETE_SHARE, COMPLETE_SHARE = 0.995, 0.998
LEAST_EXPECTED = 20
"""Of fewer readings in an hour, one that is missing would be too much."""

_MINUTE, _HOUR = 60.0, 3600.0

LIMITS = (
    # The hourly and daily limits and alert thresholds of Directive 2008/50/EC, annexes XI and XII. PM2.5: WHO 2021, interim target 4.
    Limit("air_limit_no2", "air_quality", "no2", 200.0, 180.0, _HOUR),
    Limit("air_limit_o3", "air_quality", "o3", 180.0, 160.0, _HOUR),
    Limit("air_limit_so2", "air_quality", "so2", 350.0, 320.0, _HOUR),
    Limit("air_limit_pm10", "air_quality", "pm10", 50.0, 45.0, 24 * _HOUR),
    Limit("air_limit_pm25", "air_quality", "pm25", 25.0, 22.0, 24 * _HOUR),
    # The day limit of class IV, areas of intense human activity, of the Italian decree of 14 November 1997.
    Limit("noise_limit", "noise", "laeq", 65.0, 63.0, _HOUR, is_level=True),
    Limit("parking_full", "parking_zone", "occupancy", 98.0, 90.0),
    Limit("backlog_growing", "gateway", "backlog_batches", 100.0, 50.0),
    Limit("certificate_ends", "gateway", "certificate_days", 14.0, 21.0),
    Limit("disk_full", "gateway", "disk_free", 10.0, 15.0),
    Limit("dead_letters", "worker", "dead_letters", 0.9, 0.1),  # a count: between none and one
    Limit("readings_lost", "worker", "lost_parts", 0.9, 0.1),
)

FLAGS = {
    ("lamp", "lamp_failure"): "lamp_failed",
    ("lamp", "dimming_failure"): "lamp_does_not_dim",
    ("lamp", "cycling_failure"): "lamp_cycles",
    ("lamp", "control_gear_comm_failure"): "control_gear_silent",
    ("lighting_cabinet", "door_open"): "door_open",
    ("lighting_cabinet", "leakage_detected"): "leakage",
    ("lighting_cabinet", "circuit_breaker_tripped"): "breaker_tripped",
    ("lighting_cabinet", "switching_error_on"): "switching_failed",
    ("lighting_cabinet", "switching_error_off"): "switching_failed",
    ("traffic", "congested"): "traffic_congested",
    ("water", "flooded"): "flood",
}
"""Fields that are themselves the condition of an alarm."""

VARYING = {("air_quality", name) for name in ("pm10", "pm25", "no2", "o3", "co2")} | {
    ("noise", "laeq"), ("noise", "las"), ("weather", "air_temperature"), ("weather", "relative_humidity"), ("weather", "station_pressure"),
}  # fmt: skip
"""Fields that are never constant for hours in the open."""

_KINDS = (
    AlarmType(
        "panel_outage",
        Priority.CRITICAL,
        AlarmText("Panel dark", "Quadro spento"),
        AlarmText(
            "lamps should burn, and the panel draws less than a twentieth of its power",
            "le lampade dovrebbero essere accese, e il quadro assorbe meno di un ventesimo della sua potenza",
        ),
        AlarmText(
            "send the lighting operator: breaker, contactor or clock of the panel",
            "invia il gestore dell'illuminazione: interruttore, contattore o orologio del quadro",
        ),
        on_delay_s=5 * _MINUTE,
        off_delay_s=_MINUTE,
        latched=True,
    ),
    AlarmType(
        "supply_outage",
        Priority.CRITICAL,
        AlarmText("Panel without supply", "Quadro senza alimentazione"),
        AlarmText("no phase of the panel has voltage", "nessuna fase del quadro ha tensione"),
        AlarmText(
            "ask the distribution company whether the area is without supply; then the main breaker",
            "chiedi al distributore se manca la fornitura nella zona; poi l'interruttore generale",
        ),
        on_delay_s=_MINUTE,
        off_delay_s=_MINUTE,
        latched=True,
    ),
    AlarmType(
        "phase_loss",
        Priority.CRITICAL,
        AlarmText("Phase lost", "Fase mancante"),
        AlarmText("a phase has no voltage while another has", "una fase è senza tensione mentre un'altra ne ha"),
        AlarmText(
            "send the lighting operator: fuse of the phase, then the distribution company",
            "invia il gestore dell'illuminazione: fusibile della fase, poi il distributore",
        ),
        on_delay_s=30.0,
        off_delay_s=_MINUTE,
        latched=True,
    ),
    AlarmType(
        "cable_theft",
        Priority.CRITICAL,
        AlarmText("Part of the load lost", "Parte del carico persa"),
        AlarmText(
            "a fifth or more of the load is missing, not by dimming: a line is open, perhaps stolen",
            "manca un quinto o più del carico, non per riduzione del flusso: una linea è aperta, forse rubata",
        ),
        AlarmText(
            "bare wires may be in reach: send the lighting operator, and the police if the door is open too",
            "possibili fili scoperti: invia il gestore dell'illuminazione, e la polizia se anche la porta è aperta",
        ),
        on_delay_s=5 * _MINUTE,
        off_delay_s=5 * _MINUTE,
        latched=True,
    ),
    AlarmType(
        "day_burner",
        Priority.MEDIUM,
        AlarmText("Lit by day", "Acceso di giorno"),
        AlarmText(
            "no light is needed, and the panel draws power as if it were night", "non serve luce, e il quadro assorbe potenza come di notte"
        ),
        AlarmText(
            "check the contactor, the twilight switch and the clock of the panel; works may have announced it",
            "controlla contattore, crepuscolare e orologio del quadro; può essere un lavoro annunciato",
        ),
        on_delay_s=15 * _MINUTE,
        off_delay_s=5 * _MINUTE,
    ),
    AlarmType(
        "lamp_failures",
        Priority.HIGH,
        AlarmText("Many lamps failed", "Molte lampade guaste"),
        AlarmText(
            "a twentieth or more of the lamps of a gateway report a failure",
            "un ventesimo o più delle lampade di un gateway segnala un guasto",
        ),
        AlarmText(
            "plan one visit for all of them; look for a common cause, such as a surge",
            "pianifica un solo intervento per tutte; cerca una causa comune, come una sovratensione",
        ),
        on_delay_s=5 * _MINUTE,
        off_delay_s=5 * _MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "lamp_failed",
        Priority.LOW,
        AlarmText("Lamp failed", "Lampada guasta"),
        AlarmText("the light source reports a failure", "la sorgente luminosa segnala un guasto"),
        AlarmText("add it to the next visit of the street", "aggiungila al prossimo intervento nella via"),
        on_delay_s=_MINUTE,
        off_delay_s=_MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "lamp_does_not_dim",
        Priority.LOW,
        AlarmText("Lamp does not dim", "Lampada non regolabile"),
        AlarmText("the lamp does not follow its dimming command", "la lampada non segue il comando di regolazione"),
        AlarmText("check the control gear at the next visit", "controlla l'alimentatore al prossimo intervento"),
        on_delay_s=5 * _MINUTE,
        off_delay_s=_MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "lamp_cycles",
        Priority.LOW,
        AlarmText("Lamp switches on and off", "Lampada intermittente"),
        AlarmText("the lamp switches on and off by itself", "la lampada si accende e si spegne da sola"),
        AlarmText(
            "replace it at the next visit: it is at its end, or its supply is",
            "sostituiscila al prossimo intervento: è a fine vita, o lo è l'alimentatore",
        ),
        on_delay_s=_MINUTE,
        off_delay_s=10 * _MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "control_gear_silent",
        Priority.LOW,
        AlarmText("Control gear silent", "Alimentatore muto"),
        AlarmText("the control gear of the lamp does not respond", "l'alimentatore della lampada non risponde"),
        AlarmText("check bus and control gear at the next visit", "controlla bus e alimentatore al prossimo intervento"),
        on_delay_s=5 * _MINUTE,
        off_delay_s=_MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "door_open",
        Priority.HIGH,
        AlarmText("Door open", "Porta aperta"),
        AlarmText("the door of a cabinet is open", "la porta di un armadio è aperta"),
        AlarmText("ask who works there; if nobody does, send somebody", "chiedi chi ci lavora; se nessuno, invia qualcuno"),
        on_delay_s=5 * _MINUTE,
        off_delay_s=30.0,
    ),
    AlarmType(
        "leakage",
        Priority.CRITICAL,
        AlarmText("Earth leakage", "Dispersione verso terra"),
        AlarmText(
            "the cabinet detects a leakage to earth: a post may be live",
            "l'armadio rileva una dispersione verso terra: un palo può essere in tensione",
        ),
        AlarmText(
            "send the lighting operator at once; people must not touch posts there",
            "invia subito il gestore dell'illuminazione; nessuno tocchi i pali",
        ),
        latched=True,
        off_delay_s=_MINUTE,
    ),
    AlarmType(
        "breaker_tripped",
        Priority.HIGH,
        AlarmText("Breaker tripped", "Interruttore scattato"),
        AlarmText("a circuit breaker of the cabinet has tripped", "un interruttore dell'armadio è scattato"),
        AlarmText(
            "send the lighting operator; look for leakage and rain before it is closed again",
            "invia il gestore dell'illuminazione; cerca dispersioni e pioggia prima di richiuderlo",
        ),
        on_delay_s=10.0,
        off_delay_s=_MINUTE,
        latched=True,
    ),
    AlarmType(
        "switching_failed",
        Priority.HIGH,
        AlarmText("Switching failed", "Commutazione fallita"),
        AlarmText("the lighting did not switch as commanded", "l'illuminazione non ha seguito il comando"),
        AlarmText("check the contactor of the panel", "controlla il contattore del quadro"),
        on_delay_s=_MINUTE,
        off_delay_s=_MINUTE,
    ),
    AlarmType(
        "sensor_stuck",
        Priority.LOW,
        AlarmText("Sensor stuck", "Sensore bloccato"),
        AlarmText("a value that always varies has been the same for six hours", "un valore che varia sempre è uguale da sei ore"),
        AlarmText(
            "check the sensor on site; its values can't be used", "controlla il sensore sul posto; i suoi valori non sono utilizzabili"
        ),
        of_devices=True,
    ),
    AlarmType(
        "implausible",
        Priority.LOW,
        AlarmText("Implausible value", "Valore non plausibile"),
        AlarmText(
            "a value is outside what is physically possible, or the sensor reports a failure",
            "un valore è fuori da ciò che è fisicamente possibile, o il sensore segnala un guasto",
        ),
        AlarmText(
            "check wiring and profile; its values can't be used", "controlla cablaggio e profilo; i suoi valori non sono utilizzabili"
        ),
        on_delay_s=10 * _MINUTE,
        off_delay_s=10 * _MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "air_limit_no2",
        Priority.HIGH,
        AlarmText("NO₂ above the limit", "NO₂ oltre il limite"),
        AlarmText("the mean of an hour is above 200 µg/m³", "la media di un'ora supera 200 µg/m³"),
        AlarmText(
            "inform the environment office; compare with the next station",
            "informa l'ufficio ambiente; confronta con la stazione più vicina",
        ),
    ),
    AlarmType(
        "air_limit_o3",
        Priority.HIGH,
        AlarmText("Ozone above the information threshold", "Ozono oltre la soglia di informazione"),
        AlarmText("the mean of an hour is above 180 µg/m³", "la media di un'ora supera 180 µg/m³"),
        AlarmText("inform the public: no effort outdoors in the afternoon", "informa i cittadini: niente sforzi all'aperto nel pomeriggio"),
    ),
    AlarmType(
        "air_limit_so2",
        Priority.HIGH,
        AlarmText("SO₂ above the limit", "SO₂ oltre il limite"),
        AlarmText("the mean of an hour is above 350 µg/m³", "la media di un'ora supera 350 µg/m³"),
        AlarmText(
            "inform the environment office; look for a plant or a fire", "informa l'ufficio ambiente; cerca un impianto o un incendio"
        ),
    ),
    AlarmType(
        "air_limit_pm10",
        Priority.MEDIUM,
        AlarmText("PM10 above the limit", "PM10 oltre il limite"),
        AlarmText("the mean of 24 hours is above 50 µg/m³", "la media di 24 ore supera 50 µg/m³"),
        AlarmText(
            "inform the environment office: measures of the air plan may apply",
            "informa l'ufficio ambiente: possono scattare le misure del piano aria",
        ),
    ),
    AlarmType(
        "air_limit_pm25",
        Priority.MEDIUM,
        AlarmText("PM2.5 above the limit", "PM2.5 oltre il limite"),
        AlarmText("the mean of 24 hours is above 25 µg/m³", "la media di 24 ore supera 25 µg/m³"),
        AlarmText(
            "inform the environment office: measures of the air plan may apply",
            "informa l'ufficio ambiente: possono scattare le misure del piano aria",
        ),
    ),
    AlarmType(
        "noise_limit",
        Priority.MEDIUM,
        AlarmText("Noise above the limit", "Rumore oltre il limite"),
        AlarmText("the equivalent level of an hour is above 65 dB(A)", "il livello equivalente di un'ora supera 65 dB(A)"),
        AlarmText("look for works or an event nearby", "cerca lavori o eventi nelle vicinanze"),
    ),
    AlarmType(
        "traffic_congested",
        Priority.LOW,
        AlarmText("Traffic congested", "Traffico congestionato"),
        AlarmText("a detector reports congestion", "un rilevatore segnala una congestione"),
        AlarmText(
            "look for an accident or works nearby; inform the traffic police",
            "cerca incidenti o lavori nelle vicinanze; informa la polizia locale",
        ),
        on_delay_s=5 * _MINUTE,
        off_delay_s=10 * _MINUTE,
    ),
    AlarmType(
        "parking_full",
        Priority.LOW,
        AlarmText("Car park full", "Parcheggio pieno"),
        AlarmText("at least 98 % of the spots are occupied", "almeno il 98 % dei posti è occupato"),
        AlarmText("direct drivers to the next car park", "indirizza i conducenti al parcheggio più vicino"),
        on_delay_s=5 * _MINUTE,
        off_delay_s=10 * _MINUTE,
    ),
    AlarmType(
        "flood",
        Priority.CRITICAL,
        AlarmText("Flood", "Allagamento"),
        AlarmText("the water is as high as the place can bear", "l'acqua è all'altezza massima che il luogo sopporta"),
        AlarmText(
            "close the road or the underpass; inform civil protection", "chiudi la strada o il sottopasso; informa la protezione civile"
        ),
        on_delay_s=2 * _MINUTE,
        off_delay_s=15 * _MINUTE,
    ),
    AlarmType(
        "device_silent",
        Priority.MEDIUM,
        AlarmText("Device silent", "Dispositivo muto"),
        AlarmText(
            "no reading has come for three of its intervals, or the device does not respond",
            "da tre intervalli non arrivano letture, o il dispositivo non risponde",
        ),
        AlarmText(
            "check its supply, then its line: the gateway's page names the likely cause",
            "controlla l'alimentazione, poi la linea: la pagina del gateway indica la causa probabile",
        ),
        on_delay_s=_MINUTE,
        of_devices=True,
    ),
    AlarmType(
        "gateway_silent",
        Priority.HIGH,
        AlarmText("Gateway silent", "Gateway muto"),
        AlarmText(
            "the gateway is not connected: nothing of its street is known", "il gateway non è connesso: della sua strada non si sa nulla"
        ),
        AlarmText(
            "check its network and supply; its journal keeps what it reads",
            "controlla rete e alimentazione; il suo journal conserva ciò che legge",
        ),
        on_delay_s=2 * _MINUTE,
    ),
    AlarmType(
        "backlog_growing",
        Priority.MEDIUM,
        AlarmText("Readings wait on a gateway", "Letture in attesa su un gateway"),
        AlarmText("more than a hundred batches wait for a receipt", "più di cento lotti attendono la ricevuta"),
        AlarmText("check the gateway's network and the centre's store", "controlla la rete del gateway e l'archivio del centro"),
        on_delay_s=10 * _MINUTE,
    ),
    AlarmType(
        "incomplete",
        Priority.MEDIUM,
        AlarmText("Readings missing", "Letture mancanti"),
        AlarmText("less than 99.5 % of the readings of the last hour came", "nell'ultima ora è arrivato meno del 99,5 % delle letture"),
        AlarmText("look at the quality of its lines, on the gateway's page", "guarda la qualità delle linee, nella pagina del gateway"),
        of_devices=True,
    ),
    AlarmType(
        "dead_letters",
        Priority.HIGH,
        AlarmText("Readings that no store accepted", "Letture rifiutate dall'archivio"),
        AlarmText("dead letters wait for a decision", "ci sono dead letter in attesa di una decisione"),
        AlarmText("'gateway dead-letters list' shows the reasons", "'gateway dead-letters list' mostra i motivi"),
    ),
    AlarmType(
        "readings_lost",
        Priority.HIGH,
        AlarmText("Readings lost in the store", "Letture perse nell'archivio"),
        AlarmText(
            "the store no longer has readings that it had confirmed, and their gateways have not sent them again",
            "l'archivio non ha più letture che aveva confermato, e i loro gateway non le hanno inviate di nuovo",
        ),
        AlarmText(
            "the recorded gaps say which; find out who deleted them, or whether the disk of the store was full",
            "le lacune registrate dicono quali; cerca chi le ha cancellate, o se il disco dell'archivio era pieno",
        ),
        latched=True,
    ),
    AlarmType(
        "rollout_stopped",
        Priority.HIGH,
        AlarmText("Roll-out of firmware stopped", "Distribuzione del firmware fermata"),
        AlarmText(
            "updates failed, or devices do not work after them: no more devices are updated",
            "aggiornamenti falliti, o dispositivi che poi non funzionano: non se ne aggiornano altri",
        ),
        AlarmText(
            "'firmware rollout status' names the devices and why; then resume or abort it",
            "'firmware rollout status' dice quali dispositivi e perché; poi riprendi o interrompi",
        ),
    ),
    AlarmType(
        "clock_unsure",
        Priority.MEDIUM,
        AlarmText("Clock not synchronised", "Orologio non sincronizzato"),
        AlarmText(
            "the gateway's clock can't be trusted, so the times of its readings are flagged",
            "l'orologio del gateway non è affidabile: gli orari delle letture sono segnalati",
        ),
        AlarmText(
            "check its time servers; 'gateway doctor' says what is wrong",
            "controlla i server dell'ora; 'gateway doctor' dice che cosa non va",
        ),
        on_delay_s=10 * _MINUTE,
        off_delay_s=_MINUTE,
    ),
    AlarmType(
        "certificate_ends",
        Priority.MEDIUM,
        AlarmText("Certificate ends soon", "Certificato in scadenza"),
        AlarmText("the certificate of a gateway ends within two weeks", "il certificato di un gateway scade entro due settimane"),
        AlarmText("start 'gateway trust serve', which renews it", "avvia 'gateway trust serve', che lo rinnova"),
    ),
    AlarmType(
        "disk_full",
        Priority.MEDIUM,
        AlarmText("Disk nearly full", "Disco quasi pieno"),
        AlarmText("less than a tenth of a gateway's disk is free", "meno di un decimo del disco di un gateway è libero"),
        AlarmText(
            "look at its log and its journal: 'gateway doctor' says what takes the room",
            "guarda log e journal: 'gateway doctor' dice che cosa occupa spazio",
        ),
        on_delay_s=10 * _MINUTE,
    ),
    AlarmType(
        "device_alarm",
        Priority.MEDIUM,
        AlarmText("Alarm of a device", "Allarme di un dispositivo"),
        AlarmText("a device reports an alarm of its own", "un dispositivo segnala un allarme proprio"),
        AlarmText(
            "look at the values of the device; docs/alarms.md says what raises it",
            "guarda i valori del dispositivo; docs/alarms.md dice che cosa lo attiva",
        ),
        of_devices=True,
    ),
)

KINDS = {kind.name: kind for kind in _KINDS}
"""The kinds by name."""

CAUSED_BY_DIGGING = frozenset({
    "panel_outage", "supply_outage", "phase_loss", "lamp_failures", "lamp_failed", "control_gear_silent", "device_silent", "gateway_silent",
})  # fmt: skip
"""What a cable that works cut or disconnect can cause. Leakage, a breaker that tripped, an open door and cable theft are not among it:
they are a danger or a crime, whoever is digging."""

HIDING = {"gateway_silent", "panel_outage", "supply_outage"}
"""While one of these is active, alarms `of_devices` of the same gateway are hidden: they have the same cause, or nothing is known."""
