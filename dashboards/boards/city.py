"""The city: is it lit, what is broken, and is what the screen shows complete."""

from dashboards.boards.common import active_alarms, active_findings, age, as_of
from dashboards.documents import Say, Settings, area_variable, board_link, operator_variable
from dashboards.panels import BAD_FROM_ONE, GREY, RED, SHARES, Colours, Column, Panel, curves, number, table
from dashboards.queries import (
    GATEWAY_HEALTH,
    LASTING,
    chosen,
    newest,
    number_of,
    rows,
    share_of_highest,
    share_received,
    silent,
    sum_over_time,
    total,
    within,
)
from dashboards.registry import board

_WHOSE = chosen("operator", "area")
_GATEWAYS = chosen("operator")


def _settings(say: Say) -> Settings:
    return Settings((operator_variable(say), area_variable(say, "lighting_meter")))


@board("city", "City", "Città", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_numbers(say), *_tables(say), *_curves(say)]


def _numbers(say: Say) -> list[Panel]:
    return [_dark_panels(say), _silent_panels(say), _failed_lamps(say), _silent_gateways(say), _alarms(say), _completeness(say)]


def _dark_panels(say: Say) -> Panel:
    return number(
        say("Dark panels", "Quadri spenti"),
        say(
            "Panels that should be lit and are not, as their cabinets report.",
            "Quadri che dovrebbero essere accesi e non lo sono, secondo i loro armadi.",
        ),
        number_of("lighting_cabinet", "switching_error_on", _WHOSE, '"value" = true'),
        colours=BAD_FROM_ONE,
        newest=newest("lighting_cabinet", "switching_error_on", _WHOSE),
        as_of=as_of(say),
        link=board_link("lighting", say),
    )


def _silent_panels(say: Say) -> Panel:
    return number(
        say("Silent panels", "Quadri muti"),
        say(
            "Panels that reported in the selected time, but not in the last minutes: nobody knows whether they are lit.",
            "Quadri che hanno trasmesso nel periodo scelto ma non negli ultimi minuti: non si sa se sono accesi.",
        ),
        silent("lighting_meter", "active_power", _WHOSE),
        colours=BAD_FROM_ONE,
        newest=newest("lighting_meter", "active_power", _WHOSE),
        as_of=as_of(say),
        link=board_link("lighting", say),
    )


def _failed_lamps(say: Say) -> Panel:
    return number(
        say("Failed lamps", "Lampade guaste"),
        say("Lamps whose newest reading reports a failure.", "Lampade la cui ultima lettura segnala un guasto."),
        number_of("lamp", "lamp_failure", _WHOSE, '"value" = true'),
        colours=BAD_FROM_ONE,
        newest=newest("lamp", "lamp_failure", _WHOSE),
        as_of=as_of(say),
        link=board_link("lighting", say),
    )


def _silent_gateways(say: Say) -> Panel:
    return number(
        say("Silent gateways", "Gateway muti"),
        say(
            "Gateways that reported in the selected time, but not in the last minutes.",
            "Gateway che hanno trasmesso nel periodo scelto ma non negli ultimi minuti.",
        ),
        silent("gateway", "uptime", _GATEWAYS, where=GATEWAY_HEALTH),
        colours=BAD_FROM_ONE,
        newest=newest("gateway", "uptime", _GATEWAYS, where=GATEWAY_HEALTH),
        as_of=as_of(say),
        link=board_link("gateways", say),
    )


def _alarms(say: Say) -> Panel:
    return number(
        say("Alarms", "Allarmi"),
        say("Alarms of devices that are active.", "Allarmi attivi degli apparati."),
        number_of("event", "active", _WHOSE, '"value" = true', when=LASTING, by=("asset", "device")),
        colours=BAD_FROM_ONE,
        none="0",
        newest=newest("event", "active", _WHOSE, when=LASTING),
        as_of=as_of(say),
        link=board_link("situation", say),
    )


def _completeness(say: Say) -> Panel:
    return number(
        say("Completeness", "Completezza"),
        say("Readings received of those due, in the selected time.", "Letture arrivate su quelle dovute, nel periodo scelto."),
        share_received(_GATEWAYS),
        unit="percent",
        decimals=2,
        colours=SHARES,
        newest=newest("completeness", "read", _GATEWAYS),
        as_of=as_of(say),
        link=board_link("completeness", say),
    )


def _tables(say: Say) -> list[Panel]:
    panel = board_link("lighting", say, "var-asset=${__value.text}")
    return [
        active_findings(say, panel, width=14, height=9),
        active_alarms(say, width=10, height=9),
        _lowest_power(say),
        _lamps(say),
        _gateways(say),
    ]


def _lowest_power(say: Say) -> Panel:
    return table(
        say("Lowest power of panels, as a share of their highest", "Quadri con la potenza più bassa rispetto al loro massimo"),
        say(
            "The power of panels that report, as a share of their highest in the selected time. At night, a panel near zero is dark.",
            "La potenza dei quadri che trasmettono rispetto alla più alta del periodo. Di notte, un quadro vicino a zero è spento.",
        ),
        share_of_highest("lighting_meter", "active_power", ("asset", "area"), _WHOSE, minutes=15, having='"share" < 50', most=300),
        [
            Column("asset", say("panel", "quadro"), link=board_link("lighting", say, "var-asset=${__value.text}")),
            Column("area", say("area", "zona")),
            Column(
                "share",
                say("share", "quota"),
                unit="percent",
                decimals=0,
                colours=Colours(GREY, ((0, RED), (8, "orange"), (40, "text"))),
            ),
            Column("value", say("power now", "potenza ora"), unit="watt"),
        ],
        by=say("share", "quota"),
        descending=False,
        none=say("every panel has more than half", "ogni quadro supera la metà"),
        width=8,
        height=9,
    )


def _lamps(say: Say) -> Panel:
    return table(
        say("Failed lamps, by lamp", "Lampade guaste, per lampada"),
        say("Lamps whose newest reading reports a failure.", "Lampade la cui ultima lettura segnala un guasto."),
        rows(
            "lamp",
            {"failed": "lamp_failure", "level": "dim_level", "wanted": "dim_level_target"},
            ("asset", "area"),
            _WHOSE,
            having='"failed" = true',
            most=300,
        ),
        [
            Column("asset", say("lamp", "lampada"), link=board_link("lighting", say, "var-lamp=${__value.text}")),
            Column("area", say("area", "zona")),
            Column("wanted", say("target", "richiesto"), unit="percent"),
            Column("level", say("actual", "reale"), unit="percent"),
        ],
        hidden=("failed",),
        age=age(say),
        none=say("no failed lamp", "nessuna lampada guasta"),
        width=8,
        height=9,
    )


def _gateways(say: Say) -> Panel:
    return table(
        say("Gateways, the longest silent first", "Gateway, prima i muti da più tempo"),
        say("The newest health of each gateway and its age.", "L'ultimo stato di ogni gateway e da quanto è noto."),
        rows("gateway", {"uptime": "uptime", "waiting": "backlog_batches"}, ("asset", "operator"), _GATEWAYS, where=GATEWAY_HEALTH),
        [
            Column("asset", say("gateway", "gateway"), link=board_link("gateways", say, "var-asset=${__value.text}")),
            Column("operator", say("operator", "gestore")),
            Column("waiting", say("waiting", "in attesa"), colours=Colours("text", ((100, "orange"), (1000, RED)))),
            Column("uptime", say("up for", "attivo da"), unit="s", decimals=0),
        ],
        age=say("last heard", "ultimo contatto"),
        by=say("last heard", "ultimo contatto"),
        descending=False,
        width=8,
        height=9,
    )


def _curves(say: Say) -> list[Panel]:
    return [
        _power_against_expected(say),
        _reporting_over_time(say),
        _panels_reporting(say),
        _lamps_reporting(say),
        _power_now(say),
        _vehicles(say),
    ]


def _sum_of(field: str) -> str:
    return sum_over_time("lighting_quarter", f'mean("{field}")', chosen("operator"), every="15m")


def _power_against_expected(say: Say) -> Panel:
    return curves(
        say("Power of the lighting against the expected", "Potenza dell'illuminazione e potenza attesa"),
        say(
            "Sum over all panels. Expected: from lamps, dimming and calendar, as far as the site file describes them.",
            "Somma di tutti i quadri. Attesa: da lampade, regolazione e calendario, se descritti nel file di sito.",
        ),
        {say("measured", "misurata"): _sum_of("active_power"), say("expected", "attesa"): _sum_of("expected_power")},
        unit="watt",
        every="15m",
        least=0,
    )


def _reporting_over_time(say: Say) -> Panel:
    return curves(
        say("Panels that report", "Quadri che trasmettono"),
        say("Panels with a reading in each quarter hour, by area.", "Quadri con una lettura in ogni quarto d'ora, per zona."),
        sum_over_time("lighting_meter", 'count("active_power")', _WHOSE, outer="count", by="area", every="15m"),
        alias="$tag_area",
        every="15m",
        least=0,
        stacked=True,
    )


def _panels_reporting(say: Say) -> Panel:
    return number(
        say("Panels reporting", "Quadri attivi"),
        say("Lighting panels with a reading in the last 15 minutes.", "Quadri con una lettura negli ultimi 15 minuti."),
        total("lighting_meter", 'last("active_power")', "count", _WHOSE, when=within(15)),
        colours=Colours(GREY, ((1, "text"),)),
        newest=newest("lighting_meter", "active_power", _WHOSE),
        as_of=as_of(say),
        width=6,
    )


def _lamps_reporting(say: Say) -> Panel:
    return number(
        say("Lamps reporting", "Lampade attive"),
        say("Lamps with a reading in the last 20 minutes.", "Lampade con una lettura negli ultimi 20 minuti."),
        total("lamp", 'last("dim_level")', "count", _WHOSE, when=within(20)),
        colours=Colours(GREY, ((1, "text"),)),
        newest=newest("lamp", "dim_level", _WHOSE),
        as_of=as_of(say),
        width=6,
    )


def _power_now(say: Say) -> Panel:
    return number(
        say("Power now", "Potenza attuale"),
        say(
            "Sum of the active power that panels reported in the last 15 minutes.",
            "Somma della potenza attiva dei quadri negli ultimi 15 minuti.",
        ),
        total("lighting_meter", 'last("active_power")', "sum", _WHOSE, when=within(15)),
        unit="watt",
        colours=Colours(GREY, ((0, "text"),)),
        newest=newest("lighting_meter", "active_power", _WHOSE),
        as_of=as_of(say),
        width=6,
    )


def _vehicles(say: Say) -> Panel:
    return number(
        say("Vehicles in the last hour", "Veicoli nell'ultima ora"),
        say("Vehicles counted in the last hour.", "Veicoli contati nell'ultima ora."),
        total("traffic", 'sum("vehicle_count")', "sum", _WHOSE, when=within(60), where="\"vehicle_class\" = ''"),
        colours=Colours(GREY, ((0, "text"),)),
        newest=newest("traffic", "vehicle_count", _WHOSE),
        as_of=as_of(say),
        width=6,
    )
