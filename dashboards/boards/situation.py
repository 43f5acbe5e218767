"""Situation: the events that are stored today, which are the alarms of devices and gateways, and what analytics finds."""

from dashboards.boards.common import active_alarms, active_findings, as_of, log_of_alarms
from dashboards.documents import Say, Settings, area_variable, board_link, operator_variable
from dashboards.panels import BAD_FROM_ONE, GREY, RED, Colours, Column, Panel, curves, number, table, timeline
from dashboards.queries import LASTING, LASTING_DAYS, chosen, computed, newest, number_of, over_time, total
from dashboards.registry import board

_WHOSE = chosen("operator", "area")
_LATEST = newest("event", "active", _WHOSE)


def _settings(say: Say) -> Settings:
    return Settings((operator_variable(say), area_variable(say, "event")), since="now-7d")


@board("situation", "Situation", "Situazione", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [
        _active(say),
        _raised(say),
        _cleared(say),
        _critical(say),
        active_alarms(say, height=10),
        active_findings(say, board_link("lighting", say, "var-asset=${__value.text}"), height=10),
        _over_time(say),
        _by_hour(say),
        _most(say),
        log_of_alarms(say),
    ]


def _active(say: Say) -> Panel:
    return number(
        say("Active alarms", "Allarmi attivi"),
        say(
            f"Alarms of devices of the last {LASTING_DAYS} days that are not cleared.",
            f"Allarmi degli apparati degli ultimi {LASTING_DAYS} giorni non rientrati.",
        ),
        number_of("event", "active", _WHOSE, '"value" = true', when=LASTING, by=("asset", "device")),
        none="0",
        colours=BAD_FROM_ONE,
        newest=newest("event", "active", _WHOSE, when=LASTING),
        as_of=as_of(say),
        width=6,
    )


def _raised(say: Say) -> Panel:
    return number(
        say("Raised", "Scattati"),
        say("Alarms raised in the selected time.", "Allarmi scattati nel periodo."),
        total("event", 'count("active")', "sum", _WHOSE, where='"active" = true'),
        none="0",
        colours=Colours(GREY, ((0, "text"),)),
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
    )


def _cleared(say: Say) -> Panel:
    return number(
        say("Cleared", "Rientrati"),
        say("Alarms cleared in the selected time.", "Allarmi rientrati nel periodo."),
        total("event", 'count("active")', "sum", _WHOSE, where='"active" = false'),
        none="0",
        colours=Colours(GREY, ((0, "text"),)),
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
    )


def _critical(say: Say) -> Panel:
    return number(
        say("Critical findings", "Problemi critici"),
        say(
            "Active findings of analytics for which somebody must go at once.",
            "Problemi attivi trovati dall'analisi che richiedono intervento immediato.",
        ),
        number_of(
            "lighting_finding",
            "active",
            _WHOSE,
            '"value" = true AND "critical" = true',
            when=LASTING,
            by=("asset", "kind"),
            more=("critical",),
        ),
        none="0",
        colours=BAD_FROM_ONE,
        newest=newest("lighting_quarter", "active_power", _WHOSE),
        as_of=as_of(say),
        width=6,
    )


def _over_time(say: Say) -> Panel:
    return timeline(
        say("Alarms over time", "Allarmi nel tempo"),
        say("A row for each asset with an alarm in the selected time.", "Una riga per ogni apparato con un allarme nel periodo."),
        over_time("event", 'last("active")', _WHOSE, fill="previous"),
        {"true": (say("active", "attivo"), RED), "false": (say("cleared", "rientrato"), GREY)},
        height=12,
    )


def _by_hour(say: Say) -> Panel:
    return curves(
        say("Alarms raised by hour", "Allarmi scattati per ora"),
        say("By operator.", "Per gestore."),
        over_time("event", 'count("active")', _WHOSE, by=("operator",), where='"active" = true', every="1h"),
        alias="$tag_operator",
        every="1h",
        bars=True,
        stacked=True,
        least=0,
    )


def _most(say: Say) -> Panel:
    return table(
        say("Assets with the most alarms", "Apparati con più allarmi"),
        say("Alarms raised in the selected time: what comes back again and again.", "Allarmi scattati nel periodo: ciò che si ripete."),
        computed(
            "event",
            {"count": 'count("active")'},
            ("asset", "operator"),
            _WHOSE,
            where='"active" = true',
            having='"count" > 1',
            most=100,
        ),
        [
            Column("asset", say("asset", "apparato")),
            Column("operator", say("operator", "gestore")),
            Column("count", say("alarms", "allarmi"), colours=Colours("text", ((5, "orange"), (20, RED)))),
        ],
        by=say("alarms", "allarmi"),
        none=say("no asset has more than one", "nessun apparato ne ha più di uno"),
    )
