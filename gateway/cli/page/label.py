"""`gateway page label`: the label for the gateway's box."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.options import SITE
from gateway.config.site_file import EdgeSite
from gateway.edge.services.codes import CodeFiles
from gateway.host.files import SecretError, read_secret, write_whole
from gateway.trust.label.gateway_label import GatewayLabel, Hotspot, gateway_label, page_address
from gateway.trust.label.label_page import LabelLanguage
from gateway.trust.label.qr_code import QrUnavailable


@click.command()
@SITE
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="HTML file for the label, to print.")
@click.option("--wifi", metavar="NAME", help="Name of the gateway's own wireless network: a second code, with which phones join it.")
@click.option(
    "--wifi-password-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File that contains only the network's password, of mode 0600.",
)
@click.option("--language", type=click.Choice(["en", "it"]), help="Language of the label; by default, that of the terminal.")
def command(site: Path, out: Path, wifi: str | None, wifi_password_file: Path | None, language: LabelLanguage | None) -> None:
    r"""Write the label of SITE's gateway: its name, a QR code with the address of its page, and the code of the login.

    Run this as root or as the gateway's user, after the gateway has started for the first time. Whoever reads the label can log in.

    \b
    sudo gateway page label /etc/street-gateway/site.yaml --out label.html
    sudo gateway page label /etc/street-gateway/site.yaml --wifi gw-0042 --wifi-password-file wifi.txt --out label.html --language it
    """
    edge = read_edge(site)
    try:
        password = read_secret(str(wifi_password_file)) if wifi_password_file is not None else ""
        code = CodeFiles(edge.state).code_of("technician")
        hotspot = Hotspot(wifi, password) if wifi is not None else None
        label = GatewayLabel(edge.id.gateway, edge.id.site, _address(edge), code or _no_code(), hotspot)
        write_whole(out, gateway_label(label, language or ("it" if in_language("en", "it") == "it" else "en")).encode())
    except QrUnavailable as error:
        fail(in_language(str(error), error.italian))
    except (SecretError, OSError, ValueError) as error:
        fail(in_language(f"{error}; run this as root or as the gateway's user", f"{error}; esegui come root o come utente del gateway"))
    click.echo(in_language(f"written: {out}", f"scritto: {out}"))


def _address(edge: EdgeSite) -> str:
    """Return the address of the page, or end with exit code 1 if no phone can reach it."""
    address = page_address(edge.page, edge.id.gateway) if edge.page is not None else None
    return address or fail(
        in_language(
            "no phone can reach the page: set 'page: {listen: …}' to an address of the hotspot, the cable or the network",
            "nessun telefono può raggiungere la pagina: imposta 'page: {listen: …}' a un indirizzo dell'hotspot, del cavo o della rete",
        )
    )


def _no_code() -> str:
    return fail(
        in_language(
            "there is no code: it was deleted, or the gateway has not started yet; 'gateway page code SITE --new' makes one",
            "non c'è nessun codice: è stato cancellato, o il gateway non è ancora partito; 'gateway page code SITE --new' ne crea uno",
        )
    )
