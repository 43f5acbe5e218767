"""Lighting: all panels and lamps as tables, then one panel and one lamp in detail."""

from dashboards.boards.common import active_findings, age, findings_of, yes_no
from dashboards.documents import Say, Settings, Variable, area_variable, asset_variable, board_link, operator_variable
from dashboards.panels import GREEN, GREY, RED, Colours, Column, Panel, curves, table, timeline
from dashboards.queries import (
    LASTING,
    LASTING_DAYS,
    chosen,
    computed,
    days_of,
    newest_rows,
    over_time,
    rows,
    sum_over_time,
    tag_values,
    within,
)
from dashboards.registry import board

_WHOSE, _ONE = chosen("operator", "area"), chosen("operator", "asset")
_LAMP = '"asset" =~ /^${lamp:regex}$/'
_ENERGY = 'sum("active_energy_interval")'
_EN_50160 = Colours(RED, ((207, GREEN), (253, RED)))
"""230 V ±10 % (EN 50160, "Supply voltage variations")."""
_LOW_FACTOR = Colours("text", ((0, "orange"), (0.9, "text")))
_MANY = 200


def _settings(say: Say) -> Settings:
    lamps = Variable("lamp", say("Lamp", "Lampada"), tag_values("asset", "lamp", of=_WHOSE), all_=False)
    panel = asset_variable(say, "lighting_meter", say("Panel", "Quadro"))
    return Settings((operator_variable(say), area_variable(say, "lighting_meter"), panel, lamps))


@board("lighting", "Lighting", "Illuminazione", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_all_panels(say), *_one_panel(say), *_all_lamps(say), *_one_lamp(say)]


def _all_panels(say: Say) -> list[Panel]:
    return [
        active_findings(say, _to_panel(say), width=12, height=10),
        _cabinets(say),
        _findings(say),
        _panels_now(say),
        _last_night(say),
        _energy_by_day(say),
        _energy_by_month(say),
    ]


def _to_panel(say: Say) -> str:
    return board_link("lighting", say, "var-asset=${__value.text}")


def _cabinets(say: Say) -> Panel:
    return table(
        say("Cabinets with a fault", "Armadi con un guasto"),
        say(
            "Cabinets whose newest reading has an open door, a tripped breaker, or lighting that did not switch.",
            "Armadi con porta aperta, interruttore scattato o illuminazione che non ha commutato, all'ultima lettura.",
        ),
        rows(
            "lighting_cabinet",
            {"dark": "switching_error_on", "burning": "switching_error_off", "breaker": "circuit_breaker_tripped", "door": "door_open"},
            ("asset", "area"),
            _WHOSE,
            having='"dark" = true OR "burning" = true OR "breaker" = true OR "door" = true',
            most=_MANY,
        ),
        [
            Column("asset", say("panel", "quadro"), link=_to_panel(say)),
            Column("area", say("area", "zona")),
            Column("dark", say("stayed off", "spento"), states=yes_no(say)),
            Column("burning", say("stayed on", "acceso"), states=yes_no(say)),
            Column("breaker", say("breaker", "interruttore"), states=yes_no(say)),
            Column("door", say("door", "porta"), states=yes_no(say)),
        ],
        age=age(say),
        none=say("no cabinet has a fault", "nessun armadio guasto"),
        width=12,
        height=10,
    )


def _findings(say: Say) -> Panel:
    return table(
        say("Findings, newest first", "Problemi, dal più recente"),
        say(
            f"What analytics found at panels in the last {LASTING_DAYS} days, when it began and how long it lasted; the newest {_MANY}.",
            f"I problemi dei quadri degli ultimi {LASTING_DAYS} giorni, quando sono iniziati e quanto sono durati; gli ultimi {_MANY}.",
        ),
        newest_rows(
            "lighting_finding",
            ("asset", "kind", "duration", "active", "magnitude"),
            _WHOSE,
            when=LASTING,
            where='"duration" > 0',
            most=_MANY,
        ),
        [
            Column("asset", say("panel", "quadro"), link=_to_panel(say)),
            Column("kind", say("what", "che cosa"), states=findings_of(say), width=255),
            Column("duration", say("lasted", "durata"), unit="s"),
            Column("active", say("still active", "ancora attivo"), states=yes_no(say)),
            Column("magnitude", say("amount", "entità"), decimals=1),
        ],
        age=say("began", "inizio"),
        none=say("nothing was found", "nessun problema trovato"),
        width=24,
        height=9,
    )


def _panels_now(say: Say) -> Panel:
    return table(
        say("Panels now", "Quadri adesso"),
        say(
            "The newest reading of each panel and its age. Voltage: EN 50160, 230 V ±10 %.",
            "L'ultima lettura di ogni quadro e la sua età. Tensione: EN 50160, 230 V ±10 %.",
        ),
        rows(
            "lighting_meter",
            {
                "power": "active_power",
                "factor": "power_factor",
                "v1": "voltage_l1",
                "v2": "voltage_l2",
                "v3": "voltage_l3",
                "energy": "active_energy",
            },
            ("asset", "area"),
            _WHOSE,
        ),
        [
            Column("asset", say("panel", "quadro"), link=_to_panel(say)),
            Column("area", say("area", "zona")),
            Column("power", say("power", "potenza"), unit="watt"),
            Column("factor", say("PF", "cos φ"), decimals=2, colours=_LOW_FACTOR),
            *[Column(f"v{phase}", f"L{phase}", unit="volt", decimals=0, colours=_EN_50160) for phase in (1, 2, 3)],
            Column("energy", say("counter", "contatore"), unit="watth"),
        ],
        age=age(say),
        by=say("power", "potenza"),
        descending=False,
        width=14,
        height=12,
    )


def _last_night(say: Say) -> Panel:
    return table(
        say("Last night by panel", "Ultima notte per quadro"),
        say(
            "Computed by analytics from noon to noon: energy against the expected, burning time against the calendar.",
            "Calcolato dall'analisi da mezzogiorno a mezzogiorno: energia rispetto all'attesa, accensione rispetto al calendario.",
        ),
        rows(
            "lighting_day",
            {
                "energy": "energy",
                "deviation": "energy_deviation",
                "burning": "burning_time",
                "scheduled": "scheduled_time",
                "out": "lamps_out",
                "availability": "availability",
            },
            ("asset",),
            _WHOSE,
            when=within(3 * 24 * 60),
        ),
        [
            Column("asset", say("panel", "quadro"), link=_to_panel(say)),
            Column("energy", say("energy", "energia"), unit="watth"),
            Column(
                "deviation",
                say("deviation", "scarto"),
                unit="percent",
                decimals=1,
                colours=Colours(GREY, ((-1000, "orange"), (-5, "text"), (5, "orange"))),
            ),
            Column("burning", say("burned", "accesa"), unit="s"),
            Column("scheduled", say("due", "prevista"), unit="s"),
            Column("out", say("out", "spente"), decimals=0, colours=Colours("text", ((0.5, "orange"), (3, RED)))),
            Column(
                "availability",
                say("working", "attive"),
                unit="percent",
                decimals=1,
                colours=Colours(GREY, ((0, RED), (98, "text"))),
            ),
        ],
        by=say("out", "spente"),
        width=10,
        height=12,
        none=say("no analytics yet: see the role 'analytics'", "nessuna analisi: si veda il ruolo 'analytics'"),
    )


def _energy_by_day(say: Say) -> Panel:
    return curves(
        say("Energy by day, all panels", "Energia al giorno, tutti i quadri"),
        say(
            "The last 31 days of the site's time zone, by area, rolled up by the store.",
            "Gli ultimi 31 giorni nel fuso del sito, per zona, aggregati dall'archivio.",
        ),
        days_of("lighting_meter", _ENERGY, _WHOSE, by=("area",)),
        alias="$tag_area",
        unit="watth",
        every="1d",
        bars=True,
        stacked=True,
        period="31d",
        least=0,
    )


def _energy_by_month(say: Say) -> Panel:
    return curves(
        say("Energy by month, all panels", "Energia al mese, tutti i quadri"),
        say(
            "The last year in steps of 30 days, by area, rolled up by the store.",
            "L'ultimo anno a passi di 30 giorni, per zona, aggregato dall'archivio.",
        ),
        days_of("lighting_meter", _ENERGY, _WHOSE, by=("area",), days=30),
        alias="$tag_area",
        unit="watth",
        every="30d",
        bars=True,
        stacked=True,
        period="1y",
        least=0,
    )


def _one_panel(say: Say) -> list[Panel]:
    return [_power(say), _voltages(say), _powers(say), _power_factor(say), _energy(say)]


def _phases(field: str) -> dict[str, str]:
    return {f"$tag_asset L{phase}": over_time("lighting_meter", f'mean("{field}_l{phase}")', _ONE) for phase in (1, 2, 3)}


def _power(say: Say) -> Panel:
    return curves(
        say("Panel $asset: power against the expected", "Quadro $asset: potenza e potenza attesa"),
        say("Of the panel selected above.", "Del quadro scelto in alto."),
        {
            say("$tag_asset measured", "$tag_asset misurata"): over_time("lighting_meter", 'mean("active_power")', _ONE),
            say("$tag_asset expected", "$tag_asset attesa"): over_time("lighting_quarter", 'mean("expected_power")', _ONE),
        },
        unit="watt",
        every="15m",
        least=0,
    )


def _voltages(say: Say) -> Panel:
    return curves(
        say("Panel $asset: voltage of each phase", "Quadro $asset: tensione per fase"),
        say("EN 50160 allows 10 % around 230 V: the dashed lines.", "EN 50160 ammette il 10 % attorno a 230 V: linee tratteggiate."),
        _phases("voltage"),
        unit="volt",
        colours=_EN_50160,
    )


def _powers(say: Say) -> Panel:
    return curves(
        say("Panel $asset: power of each phase", "Quadro $asset: potenza per fase"),
        say("A phase at zero while others burn is lost.", "Una fase a zero mentre le altre lavorano è mancante."),
        _phases("active_power"),
        unit="watt",
        least=0,
        width=8,
    )


def _power_factor(say: Say) -> Panel:
    return curves(
        say("Panel $asset: power factor", "Quadro $asset: fattore di potenza"),
        say(
            "Below 0.9 while the lamps burn, look for a failed capacitor or driver.",
            "Sotto 0,9 a lampade accese: cercare un condensatore o un alimentatore guasto.",
        ),
        over_time("lighting_meter", 'mean("power_factor")', _ONE),
        colours=Colours(RED, ((0.9, GREEN),)),
        width=8,
        least=0,
        most=1,
    )


def _energy(say: Say) -> Panel:
    return curves(
        say("Panel $asset: energy by day", "Quadro $asset: energia al giorno"),
        say("The last 31 days, rolled up by the store.", "Gli ultimi 31 giorni, aggregati dall'archivio."),
        days_of("lighting_meter", _ENERGY, _ONE, by=("asset",)),
        unit="watth",
        every="1d",
        bars=True,
        period="31d",
        width=8,
        least=0,
    )


def _all_lamps(say: Say) -> list[Panel]:
    return [_faulty_lamps(say), _longest_burning(say), _failures_by_hour(say), _levels(say)]


def _to_lamp(say: Say) -> str:
    return board_link("lighting", say, "var-lamp=${__value.text}")


def _faulty_lamps(say: Say) -> Panel:
    return table(
        say("Lamps with a fault", "Lampade con un guasto"),
        say(
            "Lamps that have failed, do not dim, go on and off by themselves, burn by day, or whose driver does not respond.",
            "Lampade guaste, che non si regolano, intermittenti, accese di giorno, o con l'alimentatore muto.",
        ),
        rows(
            "lamp",
            {
                "failed": "lamp_failure",
                "dimming": "dimming_failure",
                "cycling": "cycling_failure",
                "mute": "control_gear_comm_failure",
                "unexpected": "lamp_unexpected_on",
                "level": "dim_level",
                "wanted": "dim_level_target",
                "driver": "control_gear_temperature",
            },
            ("asset", "area"),
            _WHOSE,
            having=" OR ".join(f'"{fault}" = true' for fault in ("failed", "dimming", "cycling", "mute", "unexpected")),
            most=_MANY,
        ),
        [
            Column("asset", say("lamp", "lampada"), link=_to_lamp(say)),
            Column("area", say("area", "zona")),
            Column("failed", say("failed", "guasta"), states=yes_no(say)),
            Column("dimming", say("dimming", "dimmer"), states=yes_no(say)),
            Column("cycling", say("blinks", "lampeggia"), states=yes_no(say)),
            Column("mute", say("mute", "muta"), states=yes_no(say)),
            Column("unexpected", say("by day", "di giorno"), states=yes_no(say)),
            Column("wanted", say("target", "richiesto"), unit="percent"),
            Column("level", say("actual", "reale"), unit="percent"),
            Column("driver", say("driver", "driver"), unit="celsius", colours=Colours("text", ((75, "orange"), (85, RED)))),
        ],
        age=age(say),
        none=say("no lamp has a fault", "nessuna lampada guasta"),
        width=16,
        height=11,
    )


def _longest_burning(say: Say) -> Panel:
    return table(
        say("Lamps that burned longest", "Lampade con più ore"),
        say("Hours for which the light source has been on; the 50 with the most.", "Ore di accensione della sorgente; le 50 maggiori."),
        f'SELECT top("hours", "asset", 50) AS "hours" FROM (SELECT last("operating_time") / 3600 AS "hours" FROM "lamp"'
        f' WHERE $timeFilter AND {_WHOSE} GROUP BY "asset") WHERE $timeFilter',
        [Column("asset", say("lamp", "lampada"), link=_to_lamp(say)), Column("hours", say("hours", "ore"), decimals=0)],
        by=say("hours", "ore"),
        width=8,
        height=11,
    )


def _failures_by_hour(say: Say) -> Panel:
    return curves(
        say("Lamps that report a failure", "Lampade che segnalano un guasto"),
        say("Number of lamps with a failure in each hour, by area.", "Numero di lampade con un guasto in ogni ora, per zona."),
        sum_over_time("lamp", 'count("lamp_failure")', _WHOSE, outer="count", by="area", where='"lamp_failure" = true', every="1h"),
        alias="$tag_area",
        every="1h",
        bars=True,
        stacked=True,
        least=0,
    )


def _levels(say: Say) -> Panel:
    return table(
        say("Mean level of the lamps behind each device", "Livello medio delle lampade per dispositivo"),
        say(
            "Target and actual, in the selected time: they differ where lamps do not follow.",
            "Comandato e reale nel periodo scelto: differiscono dove le lampade non seguono.",
        ),
        computed(
            "lamp",
            {
                "wanted": 'mean("dim_level_target")',
                "level": 'mean("dim_level")',
                "off": 'mean("dim_level_target") - mean("dim_level")',
                "highest": 'max("control_gear_temperature")',
            },
            ("device", "area"),
            _WHOSE,
            most=_MANY,
        ),
        [
            Column("device", say("device", "dispositivo")),
            Column("area", say("area", "zona")),
            Column("wanted", say("target", "richiesto"), unit="percent", decimals=1),
            Column("level", say("actual", "reale"), unit="percent", decimals=1),
            Column(
                "off",
                say("missing", "mancante"),
                unit="percent",
                decimals=1,
                colours=Colours(GREY, ((-100, "orange"), (-1, "text"), (3, "orange"), (10, RED))),
            ),
            Column("highest", say("hottest driver", "alimentatore più caldo"), unit="celsius"),
        ],
        by=say("missing", "mancante"),
        width=12,
        height=8,
    )


def _one_lamp(say: Say) -> list[Panel]:
    return [_level(say), _driver(say), _failure(say)]


def _level(say: Say) -> Panel:
    return curves(
        say("Lamp $lamp: target and actual level", "Lampada $lamp: livello comandato e reale"),
        say("Of the lamp selected above.", "Della lampada scelta in alto."),
        {
            say("$tag_asset target", "$tag_asset comandato"): over_time("lamp", 'last("dim_level_target")', _LAMP),
            say("$tag_asset actual", "$tag_asset reale"): over_time("lamp", 'last("dim_level")', _LAMP),
        },
        unit="percent",
        every="15m",
        steps=True,
        least=0,
        most=100,
        width=8,
    )


def _driver(say: Say) -> Panel:
    return curves(
        say("Lamp $lamp: temperature of its driver", "Lampada $lamp: temperatura dell'alimentatore"),
        say("Of the lamp selected above.", "Della lampada scelta in alto."),
        over_time("lamp", 'max("control_gear_temperature")', _LAMP),
        unit="celsius",
        every="15m",
        width=8,
    )


def _failure(say: Say) -> Panel:
    return timeline(
        say("Lamp $lamp: failure", "Lampada $lamp: guasto"),
        say(
            "Of the lamp selected above. Nothing is drawn while it does not report.",
            "Della lampada scelta in alto. Nessun segno quando non trasmette.",
        ),
        over_time("lamp", 'last("lamp_failure")', _LAMP),
        {"true": (say("failed", "guasta"), RED), "false": (say("in order", "in ordine"), GREEN)},
        width=8,
        paged=False,
    )
