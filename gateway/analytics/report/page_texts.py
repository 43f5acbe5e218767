"""The words and the looks of the page of the month's report."""

from typing import Literal

ReportLanguage = Literal["en", "it"]

TEXTS: dict[ReportLanguage, dict[str, str]] = {
    "en": {
        "title": "Public lighting",
        "month": "Report for {}",
        "panel": "Panel",
        "lamps": "Lamps",
        "energy": "Energy",
        "expected": "Expected",
        "deviation": "Deviation",
        "hours": "Burning hours",
        "scheduled": "By calendar",
        "per_lamp": "kWh per lamp",
        "cost": "Cost",
        "co2": "CO₂",
        "availability": "Availability",
        "failures": "Failures",
        "mttr": "Time to repair",
        "read": "Read",
        "total": "Total",
        "operator": "Operator",
        "panels": "panels",
        "daily": "Energy of each day, kWh",
        "savings": "Saved by dimming and outages",
        "incomplete": (
            "Where less than 100 % was read, the burning hours and the availability are those of the time that was read; "
            "the energy is that of the meters' registers."
        ),
        "notes": (
            "Energy: difference of the registers at the beginning and the end of the month. Expected: lamps, dimming and "
            "astronomical calendar. Availability: lamps that did not burn are estimated from the power. Time to repair: "
            "mean of the failures that ended in the month."
        ),
        "none": "No readings.",
    },
    "it": {
        "title": "Illuminazione pubblica",
        "month": "Rapporto di {}",
        "panel": "Quadro",
        "lamps": "Lampade",
        "energy": "Energia",
        "expected": "Prevista",
        "deviation": "Scostamento",
        "hours": "Ore di accensione",
        "scheduled": "Da calendario",
        "per_lamp": "kWh per lampada",
        "cost": "Costo",
        "co2": "CO₂",
        "availability": "Disponibilità",
        "failures": "Guasti",
        "mttr": "Tempo di riparazione",
        "read": "Letto",
        "total": "Totale",
        "operator": "Gestore",
        "panels": "quadri",
        "daily": "Energia di ogni giorno, kWh",
        "savings": "Risparmio da regolazione e spegnimenti",
        "incomplete": (
            "Dove è stato letto meno del 100 %, le ore di accensione e la disponibilità sono quelle del tempo letto; "
            "l'energia è quella dei registri dei contatori."
        ),
        "notes": (
            "Energia: differenza tra i registri all'inizio e alla fine del mese. Prevista: lampade, regolazione e calendario "
            "astronomico. Disponibilità: le lampade spente sono stimate dalla potenza. Tempo di riparazione: media dei "
            "guasti terminati nel mese."
        ),
        "none": "Nessuna lettura.",
    },
}

MONTHS: dict[ReportLanguage, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "it": (
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ),
}

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 14px/1.4 system-ui, "Noto Sans", "Liberation Sans", sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto;
  max-width: 277mm; padding: 6mm; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.2rem 0 .4rem; break-after: avoid; }
.sub { color: #444; margin: 0 0 .8rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 3mm; margin: 0 0 4mm; }
.tiles div { border: 1px solid #bbb; border-radius: 4px; padding: .4rem .7rem; min-width: 34mm; }
.tiles span { display: block; color: #444; font-size: .8rem; } .tiles b { font-size: 1.15rem; }
table { border-collapse: collapse; width: 100%; font-size: .82rem; }
thead { display: table-header-group; } tr { break-inside: avoid; }
th { text-align: right; border-bottom: 2px solid #1a1a1a; padding: .25rem .35rem; vertical-align: bottom; }
td { text-align: right; border-bottom: 1px solid #ccc; padding: .22rem .35rem; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
td small { display: block; color: #444; } td.bad { color: #9b1c13; font-weight: 700; }
tfoot td { font-weight: 700; border-top: 2px solid #1a1a1a; border-bottom: 0; }
svg { width: 100%; height: auto; display: block; } svg text { font: 9px sans-serif; fill: #444; }
footer { margin-top: 1rem; border-top: 1px solid #bbb; padding-top: .4rem; font-size: .75rem; color: #444; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { max-width: none; padding: 0; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
