"""Completeness: what was due, what came, what is missing and why."""

from dashboards.boards.common import as_of
from dashboards.documents import Say, Settings, Variable, operator_variable
from dashboards.panels import BAD_FROM_ONE, GREY, RED, SHARES, Colours, Column, Panel, curves, heat, number, table
from dashboards.queries import chosen, computed, days_of, newest, newest_rows, over_time, share_received, tag_values, total
from dashboards.registry import board

_WHOSE = '"operator" =~ /^${operator:regex}$/ AND "profile" =~ /^${kind:regex}$/'
_ONE = f"{_WHOSE} AND {chosen('asset')}"
_GAPS = chosen("operator")
_SHARE = '100.0 * sum("read") / sum("expected")'
_LATEST = newest("completeness", "expected", _WHOSE)
_NEUTRAL = Colours(GREY, ((0, "text"),))


def _settings(say: Say) -> Settings:
    operators = chosen("operator")
    return Settings(
        (
            operator_variable(say),
            Variable("kind", say("Kind of device", "Tipo di dispositivo"), tag_values("profile", "completeness", of=operators)),
            Variable("asset", say("Gateway", "Gateway"), tag_values("asset", "completeness", of=operators), all_=False),
        ),
        since="now-7d",
        refresh="5m",
    )


@board("completeness", "Completeness", "Completezza", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_numbers(say), *_charts(say)]


def _numbers(say: Say) -> list[Panel]:
    return [_complete(say), _due(say), _silent(say), _missed(say), _refused(say), _lost(say)]


def _counted(field: str) -> str:
    return total("completeness", f'sum("{field}")', "sum", _WHOSE)


def _complete(say: Say) -> Panel:
    return number(
        say("Completeness", "Completezza"),
        say("Readings received of those due.", "Letture arrivate su quelle dovute."),
        share_received(_WHOSE),
        unit="percent",
        decimals=2,
        colours=SHARES,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _due(say: Say) -> Panel:
    return number(
        say("Readings due", "Letture dovute"),
        say("In the selected time.", "Nel periodo scelto."),
        _counted("expected"),
        unit="short",
        colours=_NEUTRAL,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _silent(say: Say) -> Panel:
    return number(
        say("Devices silent", "Letture senza risposta"),
        say("Readings whose device did not respond.", "Letture il cui dispositivo non ha risposto."),
        _counted("silent"),
        unit="short",
        colours=_NEUTRAL,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _missed(say: Say) -> Panel:
    return number(
        say("No time on the line", "Linea senza tempo"),
        say("Readings for which the line had no time.", "Letture per cui la linea non ha avuto tempo."),
        _counted("missed"),
        unit="short",
        colours=_NEUTRAL,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _refused(say: Say) -> Panel:
    return number(
        say("Refused by devices", "Rifiutate dai dispositivi"),
        say("Readings that a device refused.", "Letture rifiutate da un dispositivo."),
        _counted("bad"),
        unit="short",
        colours=_NEUTRAL,
        newest=_LATEST,
        as_of=as_of(say),
    )


def _lost(say: Say) -> Panel:
    return number(
        say("Readings lost", "Letture perse"),
        say("Readings in recorded gaps. Run 'gateway audit' for details.", "Letture nelle lacune registrate. Dettagli: 'gateway audit'."),
        total("gap", 'sum("readings")', "sum", _GAPS),
        colours=BAD_FROM_ONE,
        none="0",
        newest=newest("gap", "readings", _GAPS),
        as_of=as_of(say),
    )


def _charts(say: Say) -> list[Panel]:
    return [_gateways_by_hour(say), _devices_by_hour(say), _incomplete_devices(say), _gaps(say), _by_day(say)]


def _gateways_by_hour(say: Say) -> Panel:
    return heat(
        say("Every gateway, by hour", "Ogni gateway, per ora"),
        say(
            "Readings received of those due. Grey or empty: the gateway reported nothing at all.",
            "Letture arrivate su quelle dovute. Vuoto: il gateway non ha trasmesso nulla.",
        ),
        over_time("completeness", _SHARE, _WHOSE, every="1h"),
        SHARES,
    )


def _devices_by_hour(say: Say) -> Panel:
    return heat(
        say("Gateway $asset: every device, by hour", "Gateway $asset: ogni dispositivo, per ora"),
        say("Of the gateway selected above.", "Del gateway scelto in alto."),
        over_time("completeness", _SHARE, _ONE, by=("device",), every="1h"),
        SHARES,
        alias="$tag_device",
    )


def _incomplete_devices(say: Say) -> Panel:
    return table(
        say("Devices below 99.5 %", "Dispositivi sotto il 99,5 %"),
        say(
            "In the selected time, with what became of the readings that did not come.",
            "Nel periodo scelto, con la causa delle letture mancanti.",
        ),
        computed(
            "completeness",
            {
                "share": _SHARE,
                "due": 'sum("expected")',
                "silent": 'sum("silent")',
                "missed": 'sum("missed")',
                "bad": 'sum("bad")',
                "off": 'sum("off")',
            },
            ("device", "line", "asset"),
            _WHOSE,
            having='"share" < 99.5',
            most=300,
        ),
        [
            Column("device", say("device", "dispositivo"), width=150),
            Column("line", say("line", "linea")),
            Column("asset", "gateway"),
            Column("share", say("share", "quota"), unit="percent", decimals=1, colours=SHARES),
            Column("due", say("due", "dovute")),
            Column("silent", say("silent", "mute")),
            Column("missed", say("late", "tardi")),
            Column("bad", say("refused", "rifiutate")),
            Column("off", say("off", "spente")),
        ],
        by=say("share", "quota"),
        descending=False,
        none=say("every device is complete", "ogni dispositivo è completo"),
        width=14,
        height=11,
    )


def _gaps(say: Say) -> Panel:
    return table(
        say("Gaps", "Lacune"),
        say("Recorded gaps: the readings lost, and why. The newest 100.", "Lacune registrate: letture perse e perché. Le ultime 100."),
        newest_rows("gap", ("asset", "readings", "reason"), _GAPS, most=100),
        [
            Column("asset", "gateway"),
            Column("readings", say("lost", "perse"), colours=Colours(GREY, ((0, "text"), (1, RED)))),
            Column("reason", say("reason", "causa")),
        ],
        age=say("reported", "segnalata"),
        none=say("no gap in the selected time", "nessuna lacuna nel periodo"),
        width=10,
        height=11,
    )


def _by_day(say: Say) -> Panel:
    return curves(
        say("Completeness by day", "Completezza al giorno"),
        say("The last year, by operator.", "L'ultimo anno, per gestore."),
        days_of("completeness", _SHARE, _WHOSE, by=("operator",)),
        alias="$tag_operator",
        unit="percent",
        every="1d",
        period="1y",
        width=24,
        most=100,
    )
