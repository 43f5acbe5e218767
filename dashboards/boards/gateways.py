"""Gateways, their lines, and the centre."""

from dashboards.boards.common import age, as_of
from dashboards.documents import Say, Settings, Variable, board_link, operator_variable
from dashboards.panels import BAD_FROM_ONE, GREEN, GREY, NONE, RED, Colours, Column, Panel, curves, number, table, timeline
from dashboards.queries import (
    CENTRE,
    GATEWAY_HEALTH,
    chosen,
    computed,
    newest,
    number_of,
    over_time,
    rows,
    silent,
    tag_values,
    total,
    within,
)
from dashboards.registry import board

_WHOSE, _ONE = chosen("operator"), chosen("operator", "asset")
_LINES = "\"profile\" != 'gateway'"
_LOAD = Colours(GREEN, ((70, "orange"), (90, RED)))
_HOT = Colours(GREEN, ((70, "orange"), (80, RED)))
"""A Raspberry Pi reduces its clock from 80 °C on (raspberrypi.com/documentation, "Frequency management and thermal control")."""

_LATEST = newest("gateway", "uptime", _WHOSE, where=GATEWAY_HEALTH)


def _settings(say: Say) -> Settings:
    gateways = Variable("asset", say("Gateway", "Gateway"), tag_values("asset", "gateway", of=f"{_WHOSE} AND {GATEWAY_HEALTH}"), all_=False)
    return Settings((operator_variable(say), gateways))


@board("gateways", "Gateways and lines", "Gateway e linee", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_numbers(say), *_all(say), *_one(say), *_centre(say)]


def _numbers(say: Say) -> list[Panel]:
    return [_reporting(say), _silent(say), _waiting(say), _clocks(say), _certificate(say), _dead_letters(say)]


def _reporting(say: Say) -> Panel:
    return number(
        say("Gateways reporting", "Gateway attivi"),
        say(
            "Gateways that reported their health in the last ten minutes; they do so every minute.",
            "Gateway che hanno trasmesso il loro stato negli ultimi dieci minuti; lo fanno ogni minuto.",
        ),
        total("gateway", 'last("uptime")', "count", _WHOSE, when=within(10), where=GATEWAY_HEALTH),
        none=say("none", "nessuno"),
        colours=Colours(RED, ((1, "text"),)),
        newest=_LATEST,
        as_of=as_of(say),
    )


def _silent(say: Say) -> Panel:
    return number(
        say("Silent gateways", "Gateway muti"),
        say(
            "Gateways that reported in the selected time, but not in the last minutes.",
            "Gateway che hanno trasmesso nel periodo scelto ma non negli ultimi minuti.",
        ),
        silent("gateway", "uptime", _WHOSE, where=GATEWAY_HEALTH),
        colours=BAD_FROM_ONE,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _waiting(say: Say) -> Panel:
    return number(
        say("Batches waiting", "Pacchetti in attesa"),
        say(
            "Batches in the journals of gateways that reported in the last ten minutes.",
            "Pacchetti nei giornali dei gateway che hanno trasmesso negli ultimi dieci minuti.",
        ),
        total("gateway", 'last("backlog_batches")', "sum", _WHOSE, when=within(10), where=GATEWAY_HEALTH),
        newest=_LATEST,
        as_of=as_of(say),
        colours=Colours(GREY, ((0, GREEN), (500, "orange"), (5000, RED))),
    )


def _clocks(say: Say) -> Panel:
    return number(
        say("Clocks out of sync", "Orologi non sincroni"),
        say("Gateways whose newest health says so.", "Gateway il cui ultimo stato lo segnala."),
        number_of("gateway", "clock_synchronised", _WHOSE, '"value" = false', where=GATEWAY_HEALTH),
        colours=BAD_FROM_ONE,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _certificate(say: Say) -> Panel:
    return number(
        say("Days to the next expiry", "Giorni alla scadenza"),
        say("Until the first certificate of a gateway expires.", "Fino alla prima scadenza del certificato di un gateway."),
        total("gateway", 'last("certificate_days")', "min", _WHOSE, where=GATEWAY_HEALTH),
        decimals=0,
        colours=Colours(GREY, ((-3650, RED), (7, "orange"), (21, GREEN))),
        newest=_LATEST,
        as_of=as_of(say),
    )


def _dead_letters(say: Say) -> Panel:
    return number(
        say("Dead letters", "Letture respinte"),
        say(
            "Readings that no store accepted, not yet reviewed. Run 'gateway dead-letters list' on the centre.",
            "Letture non accettate dall'archivio, da esaminare. Al centro: 'gateway dead-letters list'.",
        ),
        total("worker", 'last("dead_letters")', "sum", CENTRE, when=within(10)),
        colours=BAD_FROM_ONE,
        newest=newest("worker", "dead_letters", CENTRE),
        as_of=as_of(say),
    )


def _all(say: Say) -> list[Panel]:
    return [_newest_health(say), _over_time(say), _lost_requests(say), _delays(say)]


def _here(say: Say) -> str:
    return board_link("gateways", say, "var-asset=${__value.text}")


def _newest_health(say: Say) -> Panel:
    return table(
        say("Gateways, the longest silent first", "Gateway, prima i muti da più tempo"),
        say("The newest health of each gateway and its age.", "L'ultimo stato di ogni gateway e da quanto è noto."),
        rows(
            "gateway",
            {
                "uptime": "uptime",
                "waiting": "backlog_batches",
                "load": "line_load",
                "hot": "cpu_temperature",
                "disk": "disk_free",
                "clock": "clock_synchronised",
                "certificate": "certificate_days",
                "version": "version",
            },
            ("asset", "operator"),
            _WHOSE,
            where=GATEWAY_HEALTH,
        ),
        _health_columns(say),
        age=say("last heard", "ultimo contatto"),
        by=say("last heard", "ultimo contatto"),
        descending=False,
        width=24,
        height=11,
    )


def _health_columns(say: Say) -> list[Column]:
    return [
        Column("asset", "gateway", link=_here(say)),
        Column("operator", say("operator", "gestore")),
        Column("waiting", say("waiting", "in attesa"), colours=Colours("text", ((100, "orange"), (1000, RED)))),
        Column("load", say("busiest line", "linea più carica"), unit="percent", decimals=0, colours=_LOAD),
        Column("hot", say("processor", "processore"), unit="celsius", decimals=0, colours=_HOT),
        Column(
            "disk",
            say("disk free", "disco libero"),
            unit="percent",
            decimals=0,
            colours=Colours(RED, ((10, "orange"), (20, GREEN))),
        ),
        Column(
            "clock",
            say("clock in sync", "orologio"),
            states={"true": (say("yes", "sì"), NONE), "false": (say("no", "no"), RED)},
        ),
        Column(
            "certificate",
            say("expiry, d", "scadenza, g"),
            decimals=0,
            colours=Colours(RED, ((7, "orange"), (21, GREEN))),
        ),
        Column("uptime", say("up for", "attivo da"), unit="s", decimals=0),
        Column("version", say("version", "versione")),
    ]


def _over_time(say: Say) -> Panel:
    return timeline(
        say("Gateways over time", "Gateway nel tempo"),
        say(
            "Drawn while a gateway reports its health; a hole is silence.",
            "Tracciato mentre un gateway trasmette; un vuoto è silenzio.",
        ),
        over_time("gateway", 'last("clock_synchronised")', _WHOSE, where=GATEWAY_HEALTH),
        {
            "true": (say("reports", "trasmette"), GREEN),
            "false": (say("reports, clock not synchronised", "trasmette, orologio non sincronizzato"), "orange"),
        },
        height=10,
    )


def _lost_requests(say: Say) -> Panel:
    return table(
        say("Lines and devices with lost requests", "Linee e dispositivi con richieste perse"),
        say(
            "Requests of the selected time without a valid response, as a share of all; devices above 0.5 %.",
            "Richieste del periodo senza risposta valida, in quota; dispositivi oltre lo 0,5 %.",
        ),
        computed(
            "gateway",
            {
                "lost": '100.0 * (spread("requests") - spread("answers")) / spread("requests")',
                "timeouts": 'spread("timeouts")',
                "noise": 'spread("crc_errors")',
                "refused": 'spread("exceptions")',
                "slow": 'max("round_trip_p95")',
            },
            ("device", "line", "asset"),
            _WHOSE,
            where=_LINES,
            having='"lost" > 0.5',
            most=200,
        ),
        [
            Column("device", say("device", "dispositivo"), width=150),
            Column("line", say("line", "linea")),
            Column("asset", "gateway", link=_here(say)),
            Column(
                "lost", say("lost", "perse"), unit="percent", decimals=1, colours=Colours(GREY, ((0, "text"), (2, "orange"), (10, RED)))
            ),
            Column("timeouts", say("silent", "mute")),
            Column("noise", "CRC"),
            Column("refused", say("refused", "rifiutate")),
            Column("slow", "p95", unit="s", decimals=0),
        ],
        by=say("lost", "perse"),
        none=say("no device above 0.5 %", "nessun dispositivo oltre lo 0,5 %"),
        width=14,
        height=10,
    )


def _delays(say: Say) -> Panel:
    return table(
        say("Delay of batches", "Ritardo dei pacchetti"),
        say(
            "From a batch's first reading until it was stored, in the selected time. A backlog has long delays.",
            "Dalla prima lettura di un pacchetto all'archivio, nel periodo scelto. Un arretrato ha ritardi lunghi.",
        ),
        computed(
            "uplink", {"worst": 'max("delay")', "typical": 'percentile("delay", 50)', "batches": 'count("delay")'}, ("asset",), _WHOSE
        ),
        [
            Column("asset", "gateway", link=_here(say)),
            Column("worst", say("longest", "massimo"), unit="s", colours=Colours(GREY, ((0, "text"), (60, "orange"), (3600, RED)))),
            Column("typical", say("median", "mediana"), unit="s", decimals=1),
            Column("batches", say("batches", "pacchetti")),
        ],
        by=say("longest", "massimo"),
        width=10,
        height=10,
    )


def _one(say: Say) -> list[Panel]:
    return [_backlog(say), _load(say), _processor(say), _disk(say), _round_trips(say), _delay(say)]


def _of(field: str, function: str = "max") -> str:
    return over_time("gateway", f'{function}("{field}")', _ONE, where=GATEWAY_HEALTH)


def _backlog(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: batches waiting", "Gateway $asset: pacchetti in attesa"),
        say(
            "While a gateway is offline its backlog is not known; it is reported afterwards.",
            "Se un gateway non è in linea l'arretrato non è noto; arriva dopo.",
        ),
        _of("backlog_batches"),
        width=8,
        least=0,
    )


def _load(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: load of its busiest line", "Gateway $asset: carico della linea più carica"),
        say("Above 70 % a line has little room for retries and commands.", "Oltre il 70 % resta poco spazio per ripetizioni e comandi."),
        _of("line_load"),
        unit="percent",
        colours=_LOAD,
        least=0,
        width=8,
    )


def _processor(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: processor", "Gateway $asset: processore"),
        say("Of the gateway selected above.", "Del gateway scelto in alto."),
        _of("cpu_temperature"),
        unit="celsius",
        colours=_HOT,
        width=8,
    )


def _disk(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: free disk space", "Gateway $asset: spazio libero"),
        say("Where the journal is stored.", "Dove si trova il giornale."),
        _of("disk_free", "min"),
        unit="percent",
        least=0,
        width=8,
    )


def _round_trips(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: round trips, slowest twentieth", "Gateway $asset: risposte, ventesimo più lento"),
        say("By device.", "Per dispositivo."),
        over_time("gateway", 'max("round_trip_p95")', _ONE, by=("device",), where=_LINES, every="1h"),
        alias="$tag_device",
        unit="s",
        every="1h",
        width=8,
    )


def _delay(say: Say) -> Panel:
    return curves(
        say("Gateway $asset: delay of batches", "Gateway $asset: ritardo dei pacchetti"),
        say("Of the gateway selected above.", "Del gateway scelto in alto."),
        over_time("uplink", 'max("delay")', _ONE, every="15m"),
        unit="s",
        every="15m",
        width=8,
    )


def _centre(say: Say) -> list[Panel]:
    return [_readings_stored(say), _workers(say)]


def _readings_stored(say: Say) -> Panel:
    return curves(
        say("Readings stored per interval", "Letture archiviate per intervallo"),
        say("By ingest worker.", "Per processo di acquisizione."),
        over_time("worker", 'non_negative_difference(last("readings"))', CENTRE, fill="none"),
    )


def _workers(say: Say) -> Panel:
    return table(
        say("Ingest workers", "Processi di acquisizione"),
        say(
            "The newest counters of each worker, since it started. Lost parts: ten minutes each, of which the store lost readings.",
            "Gli ultimi contatori di ogni processo, dal suo avvio. Parti perse: dieci minuti ciascuna, con letture perse dall'archivio.",
        ),
        rows(
            "worker",
            {"dead": "dead_letters", "batches": "batches", "rejected": "rejected", "failures": "store_failures", "lost": "lost_parts"},
            ("asset",),
            CENTRE,
        ),
        [
            Column("asset", say("worker", "processo")),
            Column("dead", say("dead letters", "letture respinte"), colours=Colours(GREY, ((0, GREEN), (1, RED)))),
            Column("batches", say("batches", "pacchetti")),
            Column("rejected", say("rejected", "rifiutati")),
            Column("failures", say("failed writes", "scritture fallite")),
            Column("lost", say("lost parts", "parti perse"), colours=Colours(GREY, ((0, GREEN), (1, RED)))),
        ],
        age=age(say),
    )
