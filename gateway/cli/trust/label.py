"""`gateway trust label`: an invitation as a QR code, on the terminal or to print."""

from pathlib import Path
from typing import Literal

import click

from gateway.cli.common import fail, in_language
from gateway.cli.trust.common import failing, parsed
from gateway.host.files import write_whole
from gateway.trust.enrolment import Invitation
from gateway.trust.label.label_page import label_page
from gateway.trust.label.qr_code import QrUnavailable, content_of, qr_as_png, qr_as_svg, qr_as_text

_PICTURES = {".png": qr_as_png, ".svg": qr_as_svg}
_BLACK_ON_WHITE = {"fg": "black", "bg": "bright_white"}


@click.command()
@click.argument("files", metavar="INVITATION...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File for a picture (.png, .svg), or a page of labels to print (.html)."
)
@click.option("--language", type=click.Choice(["en", "it"]), help="Language of the page; by default, that of the terminal.")
def command(files: tuple[Path, ...], out: Path | None, language: Literal["en", "it"] | None) -> None:
    r"""Show the INVITATION of 'gateway trust invite --out' as a QR code, which the technician's page scans instead of the file.

    Without --out, it is drawn on the terminal. A page has a label for each invitation: code, user, until when, and what to do. The QR code
    is as secret as the invitation: a file is written for its owner alone.

    \b
    gateway trust label invitation.json
    gateway trust label invitation.json --out label.png
    gateway trust label invitations/*.json --out labels.html --language it
    """
    invitations = [_invitation(one) for one in files]
    try:
        if out is None:
            _draw(invitations)
        else:
            content = _content(invitations, out.suffix.lower(), language or ("it" if in_language("en", "it") == "it" else "en"))
            with failing():
                write_whole(out, content)
            click.echo(in_language(f"written: {out}", f"scritto: {out}"))
    except QrUnavailable as error:
        fail(in_language(str(error), error.italian))


def _invitation(file: Path) -> Invitation:
    with failing():
        found = parsed(file)
    if not isinstance(found, Invitation):
        fail(
            in_language(
                f"{file} is not an invitation: 'gateway trust invite AUTHORITY USER --out invitation.json' writes one",
                f"{file} non è un invito: lo scrive 'gateway trust invite AUTHORITY USER --out invitation.json'",
            )
        )
    return found


def _draw(invitations: list[Invitation]) -> None:
    for one in invitations:
        for row in qr_as_text(content_of(one)).splitlines():
            click.secho(row, **_BLACK_ON_WHITE)  # type: ignore[arg-type]  # names of colours
        click.echo(f"{one.user}  {one.code}")


def _content(invitations: list[Invitation], suffix: str, language: Literal["en", "it"]) -> bytes:
    """Return the content of a file of this kind, or end with exit code 1."""
    if suffix == ".html":
        return label_page(invitations, language).encode()
    if suffix not in _PICTURES:
        fail(
            in_language(
                f"'{suffix}' is no kind of label: write .png, .svg or .html",
                f"'{suffix}' non è un tipo di etichetta: scrivi .png, .svg o .html",
            )
        )
    if len(invitations) > 1:
        fail(
            in_language(
                "a picture has one invitation: name one, or write a page (.html)",
                "un'immagine contiene un solo invito: indicane uno, oppure scrivi una pagina (.html)",
            )
        )
    return _PICTURES[suffix](content_of(invitations[0]))
