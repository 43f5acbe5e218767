"""The words and the looks of the page of a report."""

from typing import Literal

Language = Literal["en", "it"]

TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Installation report",
        "green": "Everything works",
        "red": "Not finished",
        "made": "Made",
        "role": "By",
        "gateway": "Gateway",
        "machine": "Machine",
        "software": "Software",
        "configuration": "Configuration (SHA-256)",
        "uplink": "Connection",
        "up": "connected",
        "down": "not connected",
        "waiting": "readings wait",
        "clock": "Clock",
        "synchronised": "synchronised",
        "unsynchronised": "not synchronised",
        "todo": "What is left to do",
        "alarms": "Active alarms",
        "findings": "Values that do not fit",
        "certain": "certain",
        "likely": "likely",
        "possible": "possible",
        "line": "Line",
        "busy": "busy",
        "device": "Device",
        "product": "Product",
        "unit": "Address",
        "asset": "Asset",
        "place": "Place",
        "quality": "Answers",
        "values": "Values",
        "read": "read",
        "none": "no values",
        "answers": "responds",
        "silent": "does not respond",
        "off": "no power",
        "not yet heard": "not yet heard",
        "unknown": "unknown",
        "signed": "Signed with the key of {}. To verify: gateway provision report --verify FILE --ca authority.pem",
        "unsigned": "Not signed: this gateway has no identity.",
        "no_lines": "no lines",
        "photo": "Photo",
        "elsewhere": "its file is kept by the gateway",
        "of": "of",
    },
    "it": {
        "title": "Rapporto di installazione",
        "green": "Tutto funziona",
        "red": "Non terminato",
        "made": "Data",
        "role": "A cura di",
        "gateway": "Gateway",
        "machine": "Macchina",
        "software": "Software",
        "configuration": "Configurazione (SHA-256)",
        "uplink": "Connessione",
        "up": "attiva",
        "down": "assente",
        "waiting": "letture in attesa",
        "clock": "Orologio",
        "synchronised": "sincronizzato",
        "unsynchronised": "non sincronizzato",
        "todo": "Che cosa resta da fare",
        "alarms": "Allarmi attivi",
        "findings": "Valori non coerenti",
        "certain": "certo",
        "likely": "probabile",
        "possible": "possibile",
        "line": "Linea",
        "busy": "occupata",
        "device": "Dispositivo",
        "product": "Prodotto",
        "unit": "Indirizzo",
        "asset": "Oggetto",
        "place": "Posizione",
        "quality": "Risposte",
        "values": "Valori",
        "read": "letti",
        "none": "nessun valore",
        "answers": "risponde",
        "silent": "non risponde",
        "off": "non alimentato",
        "not yet heard": "non ancora sentito",
        "unknown": "sconosciuto",
        "signed": "Firmato con la chiave di {}. Per verificare: gateway provision report --verify FILE --ca authority.pem",
        "unsigned": "Non firmato: questo gateway non ha un'identità.",
        "no_lines": "nessuna linea",
        "photo": "Foto",
        "elsewhere": "il file è conservato dal gateway",
        "of": "su",
    },
}

ROLES_IT = {"installer": "installatore", "maintainer": "manutentore"}

THOUSANDS = {"W.h": "kWh", "V.A.h{reactive}": "kvarh"}
"""Units of which thousands are shown."""

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.4 system-ui, "Noto Sans", "Liberation Sans", sans-serif; color: #1a1a1a;
  background: #fff; margin: 0 auto; max-width: 190mm; padding: 5mm; }
h1 { font-size: 1.5rem; margin: 0 0 .1rem; }
h2 { font-size: 1.1rem; margin: 1.4rem 0 .4rem; border-bottom: 2px solid #1a1a1a; padding-bottom: .2rem;
  break-after: avoid; }
h3 { font-size: 1rem; margin: 0; }
.sub { color: #444; margin: 0 0 .8rem; }
.verdict { display: flex; gap: .7rem; align-items: center; font-size: 1.3rem; font-weight: 700;
  padding: .6rem .9rem; border: 3px solid; border-radius: 6px; margin: .8rem 0; }
.verdict svg { width: 2rem; height: 2rem; flex: none; }
.green { color: #0b5d2a; background: #e6f4ea; border-color: #0b5d2a; }
.red { color: #9b1c13; background: #fdecea; border-color: #9b1c13; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .6rem 0; }
dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }
ol, ul { margin: .4rem 0; padding-left: 1.4rem; } li { margin: .2rem 0; }
.device { border: 1px solid #bbb; border-left: 6px solid #0b5d2a; border-radius: 4px; padding: .5rem .7rem;
  margin: .5rem 0; break-inside: avoid; }
.device.bad { border-left-color: #9b1c13; }
.device header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.device header span { font-weight: 600; }
.facts { color: #333; margin: .1rem 0 .3rem; font-size: .92rem; }
.values { display: grid; grid-template-columns: repeat(auto-fill, minmax(58mm, 1fr)); gap: 0 .8rem;
  margin: 0; }
.values div { display: flex; justify-content: space-between; gap: .5rem; border-bottom: 1px dotted #bbb;
  font-size: .88rem; }
.values span { overflow-wrap: anywhere; } .values b { font-weight: 600; text-align: right;
  white-space: nowrap; }
.values .bad b { color: #9b1c13; }
.group { font-size: .85rem; color: #444; margin: .3rem 0 0; }
figure { margin: .8rem 0; break-inside: avoid; }
figure img { display: block; max-width: 100%; max-height: 120mm; width: auto; height: auto; border-radius: 4px; }
figcaption { font-size: .8rem; color: #444; overflow-wrap: anywhere; }
footer { margin-top: 1.4rem; border-top: 1px solid #bbb; padding-top: .4rem; font-size: .8rem; color: #444; }
@page { size: A4; margin: 14mm 12mm; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt;
  } .verdict, .device { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem;
  } }
"""
