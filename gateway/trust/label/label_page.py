"""Labels of invitations as one HTML page to print on A4: no scripts, nothing from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Literal

from gateway.model.instants import iso_utc
from gateway.trust.enrolment import Invitation
from gateway.trust.label.qr_code import content_of, qr_as_svg

LabelLanguage = Literal["en", "it"]

_TEXTS = {
    "en": {
        "title": "Enrol gateways",
        "code": "One-time code",
        "until": "Valid until",
        "steps": (
            "On the gateway's page, open 'More', 'Certificate', and scan this code or type it.",
            "Bring the request to the centre, and the answer back to the page.",
        ),
        "secret": "Secret: whoever has this code can enrol in the gateway's place. Destroy the label when the gateway is enrolled.",
    },
    "it": {
        "title": "Registrare i gateway",
        "code": "Codice monouso",
        "until": "Valido fino al",
        "steps": (
            "Nella pagina del gateway, aprire 'Altro', 'Certificato', e leggere o scrivere questo codice.",
            "Portare la richiesta al centro, e la risposta di nuovo alla pagina.",
        ),
        "secret": "Segreto: chi ha questo codice può registrarsi al posto del gateway. Distruggere l'etichetta a registrazione avvenuta.",
    },
}

_STYLE = """
* { box-sizing: border-box; }
body { font: 14px/1.4 system-ui, "Noto Sans", "Liberation Sans", sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto;
  max-width: 190mm; padding: 5mm; }
h1 { font-size: 1.3rem; margin: 0 0 4mm; }
article { display: grid; grid-template-columns: 48mm 1fr; gap: 6mm; align-items: center; border: 1px dashed #555; padding: 4mm;
  margin-bottom: 5mm; break-inside: avoid; }
article svg { width: 48mm; height: 48mm; display: block; }
h2 { font-size: 1.15rem; margin: 0 0 2mm; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: 0 0 2mm; }
dt { color: #444; } dd { margin: 0; }
.code { font: 700 1.1rem/1.3 ui-monospace, "DejaVu Sans Mono", monospace; }
ol { margin: 0 0 2mm; padding-left: 1.2rem; } .secret { margin: 0; color: #9b1c13; font-size: .85rem; }
@page { size: A4; margin: 12mm; }
@media print { body { max-width: none; padding: 0; } h1 { display: none; } }
@media (max-width: 480px) { article { grid-template-columns: 1fr; } }
"""


def label_page(invitations: Sequence[Invitation], language: LabelLanguage) -> str:
    """Return the page with a label for each invitation.

    Raises:
        QrUnavailable: The library that makes QR codes is not installed.
    """
    return page_of("".join(_label(one, language) for one in invitations), str(_TEXTS[language]["title"]), language)


def page_of(labels: str, title: str, language: LabelLanguage) -> str:
    """Return a page of labels (HTML) under a title, which is not printed."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{labels}</main></body></html>\n"
    )


def _label(invitation: Invitation, language: LabelLanguage) -> str:
    text = _TEXTS[language]
    until = iso_utc(invitation.ends_ms, "seconds")[:16].replace("T", " ")
    steps = "".join(f"<li>{escape(one)}</li>" for one in text["steps"])
    return (
        f"<article>{qr_as_svg(content_of(invitation)).decode()}<div><h2>{escape(invitation.user)}</h2><dl><dt>{text['code']}</dt>"
        f'<dd class="code">{escape(invitation.code)}</dd><dt>{text["until"]}</dt><dd>{until} UTC</dd></dl>'
        f'<ol>{steps}</ol><p class="secret">{text["secret"]}</p></div></article>'
    )
