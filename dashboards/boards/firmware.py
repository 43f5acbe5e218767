"""Firmware: the roll-outs to devices, how far they are, and what happened to which device."""

from dashboards.boards.common import age, as_of
from dashboards.documents import Say, Settings
from dashboards.panels import BAD_FROM_ONE, GREEN, GREY, NONE, ORANGE, RED, Colours, Column, Panel, curves, number, table
from dashboards.queries import newest, newest_rows, over_time, rows, total, within
from dashboards.registry import board

_FRESH = within(10)
"""Roll-outs that have not ended are stored every minute."""

_NEWS = "\"kind\" = 'firmware_rollout'"


def _settings(_: Say) -> Settings:
    return Settings((), since="now-7d")


@board("firmware", "Firmware", "Aggiornamenti firmware", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [
        _count(
            say("Waiting devices", "Dispositivi in attesa"),
            say("Devices of open roll-outs that are not updated yet.", "Dispositivi delle distribuzioni aperte non ancora aggiornati."),
            "waiting",
            Colours(GREY, ((0, "text"),)),
            say,
        ),
        _count(
            say("Proving devices", "Dispositivi in prova"),
            say("Devices that are updated, and must show that they work.", "Dispositivi aggiornati che devono dimostrare di funzionare."),
            "watched",
            Colours(GREY, ((0, "text"),)),
            say,
        ),
        _count(
            say("Proved devices", "Dispositivi provati"),
            say("Devices that are updated and work as before.", "Dispositivi aggiornati che funzionano come prima."),
            "healthy",
            Colours(GREY, ((0, "text"),)),
            say,
        ),
        _count(
            say("Failed devices", "Dispositivi falliti"),
            say(
                "Devices whose update failed, or that do not work after it.",
                "Dispositivi il cui aggiornamento è fallito, o che poi non funzionano.",
            ),
            "failed",
            BAD_FROM_ONE,
            say,
        ),
        _rollouts(say),
        _progress(say),
        _failures(say),
        _log(say),
    ]


def _count(title: str, description: str, field: str, colours: Colours, say: Say) -> Panel:
    return number(
        title,
        description,
        total("rollout", f'last("{field}")', "sum", "", when=_FRESH),
        none=say("no open roll-out", "nessuna distribuzione aperta"),
        colours=colours,
        newest=newest("rollout", field, "", when=_FRESH),
        as_of=as_of(say),
        width=6,
    )


def _rollouts(say: Say) -> Panel:
    columns = {
        name: name
        for name in (
            "state",
            "model",
            "version",
            "wave",
            "waves",
            "devices",
            "waiting",
            "in_hand",
            "watched",
            "healthy",
            "failed",
            "left_out",
        )
    }
    states = {
        "running": (say("running", "in corso"), GREEN),
        "paused": (say("paused", "sospesa"), ORANGE),
        "stopped": (say("stopped by itself", "fermata da sé"), RED),
        "aborted": (say("aborted", "interrotta"), NONE),
        "finished": (say("finished", "conclusa"), NONE),
    }
    return table(
        say("Roll-outs", "Distribuzioni"),
        say(
            "Those of the selected time, as they were last; wave 0 are the canaries.",
            "Quelle del periodo scelto, nell'ultimo stato; l'ondata 0 sono i canarini.",
        ),
        rows("rollout", columns, ("asset",), "", most=50),
        [
            Column("asset", say("roll-out", "distribuzione")),
            Column("state", say("state", "stato"), states=states, width=130),
            Column("model", say("model", "modello")),
            Column("version", say("version", "versione")),
            Column("wave", say("wave", "ondata")),
            Column("devices", say("devices", "dispositivi")),
            Column("waiting", say("waiting", "in attesa")),
            Column("in_hand", say("updating", "in corso")),
            Column("watched", say("proving", "in prova")),
            Column("healthy", say("proved", "provati")),
            Column("failed", say("failed", "falliti"), colours=BAD_FROM_ONE),
            Column("left_out", say("left out", "esclusi")),
        ],
        hidden=("waves",),
        age=age(say),
        none=say("no roll-out in the selected time", "nessuna distribuzione nel periodo"),
        width=24,
        height=7,
    )


def _progress(say: Say) -> Panel:
    return curves(
        say("Proved devices over time", "Dispositivi provati nel tempo"),
        say(
            "Of each roll-out, the devices that are updated and work as before.",
            "Per ogni distribuzione, i dispositivi aggiornati che funzionano come prima.",
        ),
        over_time("rollout", 'last("healthy")', ""),
        least=0,
        steps=True,
        every="1h",
    )


def _failures(say: Say) -> Panel:
    return curves(
        say("Failed devices over time", "Dispositivi falliti nel tempo"),
        say("A roll-out stops by itself when too many fail.", "Una distribuzione si ferma da sé quando i falliti sono troppi."),
        over_time("rollout", 'last("failed")', ""),
        least=0,
        steps=True,
        every="1h",
    )


def _log(say: Say) -> Panel:
    text = say("text", "text_it")
    return table(
        say("What happened", "Che cosa è successo"),
        say("The newest events of roll-outs, of each device.", "Gli eventi più recenti delle distribuzioni, per dispositivo."),
        newest_rows("event", (text, "asset", "device", "gateway", "operator"), "", where=_NEWS, most=300),
        [
            Column("device", say("device", "dispositivo"), width=170),
            Column(text, say("event", "evento")),
            Column("gateway", say("gateway", "gateway")),
            Column("operator", say("operator", "gestore")),
        ],
        hidden=("asset",),
        age=say("when", "quando"),
        none=say("nothing in the selected time", "nulla nel periodo"),
        width=24,
        height=10,
    )
