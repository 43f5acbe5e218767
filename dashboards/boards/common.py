"""Texts and columns that several boards share. Pure."""

from dashboards.documents import Say
from dashboards.panels import NONE, RED, Column, Panel, table
from dashboards.queries import LASTING, LASTING_DAYS, chosen, newest_rows, rows

FINDINGS = {
    "day_burner": ("burns by day", "acceso di giorno", "orange"),
    "outage": ("lamps dark, panel has voltage", "lampade spente, quadro in tensione", "red"),
    "supply_outage": ("lamps dark, no voltage", "lampade spente, manca tensione", "dark-red"),
    "stuck_contactor": ("contactor stuck", "contattore bloccato", "purple"),
    "phase_loss": ("phase lost", "fase mancante", "dark-red"),
    "cable_theft": ("cable theft suspected", "sospetto furto di cavi", "dark-purple"),
    "lamps_out": ("lamps out", "lampade spente", "yellow"),
    "clock_drift": ("clock drifts", "orologio sfasato", "blue"),
    "power_factor": ("low power factor", "fattore di potenza basso", "light-blue"),
    "voltage": ("voltage outside of EN 50160", "tensione fuori EN 50160", "light-orange"),
    "energy": ("energy differs from expected", "energia diversa dall'attesa", "light-yellow"),
}
"""What lighting analytics finds at a panel, in English and Italian, with its colour."""


def age(say: Say) -> str:
    """Return the title of the column with the age of a row."""
    return say("as of", "dato di")


def as_of(say: Say) -> str:
    """Return how a number says when it was true; the part in brackets is text (momentjs.com/docs, "Display")."""
    return say("[as of] DD/MM HH:mm", "[al] DD/MM HH:mm")


def yes_no(say: Say) -> dict[str, tuple[str, str]]:
    """Return the texts of a boolean whose truth is bad, and the colour that makes only this stand out in a table."""
    return {"true": (say("yes", "sì"), RED), "false": (say("no", "no"), NONE)}


def findings_of(say: Say) -> dict[str, tuple[str, str]]:
    """Return the texts and colours of findings."""
    return {kind: (say(english, italian), colour) for kind, (english, italian, colour) in FINDINGS.items()}


def active_findings(say: Say, link: str, *, width: int = 12, height: int = 9) -> Panel:
    """Return the table of what analytics finds wrong at panels: which, what, since when, and whether somebody must go at once."""
    query = rows(
        "lighting_finding",
        {"active": "active", "duration": "duration", "critical": "critical", "magnitude": "magnitude"},
        ("asset", "kind", "operator"),
        chosen("operator", "area"),
        when=LASTING,
        having='"active" = true',
    )
    return table(
        say("What is wrong at panels", "Problemi dei quadri"),
        say(
            "Active findings of lighting analytics. Red: go at once. Amount: lamps out, power lost (%), seconds of the clock.",
            "Problemi attivi trovati dall'analisi. Rosso: intervenire subito. Entità: lampade spente, potenza persa (%), secondi.",
        ),
        query,
        [
            Column("asset", say("panel", "quadro"), link=link),
            Column("kind", say("what", "che cosa"), states=findings_of(say), width=255),
            Column("critical", say("go at once", "subito"), states=yes_no(say)),
            Column("duration", say("lasts", "dura da"), unit="s"),
            Column("magnitude", say("amount", "entità"), decimals=1),
            Column("operator", say("operator", "gestore")),
        ],
        hidden=("active",),
        by=say("go at once", "subito"),
        none=say("nothing is wrong", "nessun problema"),
        width=width,
        height=height,
    )


def active_alarms(say: Say, *, width: int = 12, height: int = 9) -> Panel:
    """Return the table of alarms that devices have raised and not cleared."""
    text = say("text", "text_it")
    query = rows(
        "event",
        {"active": "active", "text": text, "kind": "kind"},
        ("asset", "operator"),
        chosen("operator", "area"),
        group=("device",),
        when=LASTING,
        having='"active" = true',
    )
    return table(
        say("Alarms of devices", "Allarmi degli apparati"),
        say(
            f"Alarms of the last {LASTING_DAYS} days that are not cleared. Of a device with several, the newest.",
            f"Allarmi degli ultimi {LASTING_DAYS} giorni non rientrati. Se un apparato ne ha più d'uno, il più recente.",
        ),
        query,
        [
            Column("asset", say("asset", "apparato")),
            Column("text", say("alarm", "allarme"), width=250),
            Column("operator", say("operator", "gestore")),
        ],
        hidden=("active", "kind"),
        age=say("since", "da"),
        by=say("since", "da"),
        none=say("no alarm", "nessun allarme"),
        width=width,
        height=height,
    )


def log_of_alarms(say: Say, *, where: str = "", most: int = 200, width: int = 24, height: int = 10) -> Panel:
    """Return the table of the newest alarms, raised and cleared."""
    text = say("text", "text_it")
    return table(
        say("Log of alarms", "Registro degli allarmi"),
        say("The newest {most} alarms that were raised or cleared.", "Gli ultimi {most} allarmi scattati o rientrati.").format(most=most),
        newest_rows("event", ("active", text, "kind", "asset", "operator", "gateway"), chosen("operator", "area"), where=where, most=most),
        [
            Column("asset", say("asset", "apparato")),
            Column(text, say("alarm", "allarme")),
            Column(
                "active",
                say("state", "stato"),
                states={"true": (say("raised", "scattato"), RED), "false": (say("cleared", "rientrato"), NONE)},
            ),
            Column("operator", say("operator", "gestore")),
            Column("gateway", say("gateway", "gateway")),
            Column("kind", say("name", "nome")),
        ],
        age=say("when", "quando"),
        none=say("no alarm in the selected time", "nessun allarme nel periodo"),
        width=width,
        height=height,
    )
