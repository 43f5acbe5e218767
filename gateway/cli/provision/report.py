"""`gateway provision report`: what was installed, and whether it works."""

import contextlib
import http.client
import sys
from pathlib import Path
from typing import Literal

import click
import msgspec

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.local import LocalError, find
from gateway.cli.options import JSON
from gateway.config.site_file import EdgeSite
from gateway.edge.report.facts import running_facts
from gateway.edge.telemetry.lines_report import LinesReport
from gateway.host.files import write_whole
from gateway.model.messages import InstallationReport
from gateway.provision.report.facts import DEFAULT_ROLE, LiveFacts
from gateway.provision.report.kept import keep_photo
from gateway.provision.report.making import make_report
from gateway.provision.report.page import page_of
from gateway.provision.report.photo import Photo, PhotoError, photo_of
from gateway.provision.report.signed import LARGEST_REPORT, ReportError, VerifiedReport, read_report, signer_of, verify
from gateway.trust.openssl import OpensslError
from gateway.web.technician.report_routes import SentReport

_TIMEOUT_S = 10.0

_PHOTO_FILE_MOST = 32 << 20
"""Bytes of a file that are looked at: what is left out of it may be much larger than the photo."""


@click.command()
@click.argument("site", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--role", default=DEFAULT_ROLE, show_default=True, help="In which role you make it, for example installer or maintainer.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="File for the page to print.")
@click.option("--language", type=click.Choice(["en", "it"]), help="Language of the page; by default, that of the terminal.")
@click.option("--verify", "given", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Verify this report instead.")
@click.option("--ca", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The site's authority.pem, for --verify.")
@click.option(
    "--photo", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="JPEG for the report, or with --verify its photo."
)
@JSON
def command(
    site: Path | None,
    role: str,
    html: Path | None,
    language: Literal["en", "it"] | None,
    given: Path | None,
    ca: Path | None,
    photo: Path | None,
    *,
    as_json: bool,
) -> None:
    r"""Report what the gateway of SITE reads, where, how well, with which software and configuration, and whether anything is left to do.

    The report is green, or red with reasons; the exit code is then 1. It is signed with the gateway's key if it has an identity, kept in
    the folder 'state', and sent to the centre at the next connection. --json prints the signed report, --html writes a page to print.

    --photo adds a photo of the installation, of at most 250 kB; only the picture is kept, without the position or the camera.

    With --verify, a report is checked: whether its gateway has signed it, and nobody changed it since. With --photo, so is its photo.

    \b
    sudo gateway provision report /etc/street-gateway/site.yaml --html report.html
    gateway provision report site.yaml --role maintainer --json > report.json
    gateway provision report site.yaml --photo panel.jpg
    gateway provision report --verify report.json --ca authority.pem
    """
    if (site is None) == (given is None):
        fail(in_language("write a site file, or '--verify' and a report", "indica un file del sito, oppure '--verify' e un rapporto"))
    try:
        picture = _photo(photo) if photo is not None else None
        content, found = _verified(given, ca, picture) if given is not None else _made(site or Path(), role, picture)
    except PhotoError as error:
        fail(in_language(f"{photo}: {error.english}", f"{photo}: {error.italian}"))
    except ReportError as error:
        fail(in_language(f"{given or 'report'}: {error.english}", f"{given or 'rapporto'}: {error.italian}"))
    except (OSError, OpensslError) as error:
        fail(str(error))
    if html is not None:
        chosen = language or ("it" if in_language("en", "it") == "it" else "en")
        write_whole(html, page_of(found.report, found.signed_by, chosen, picture.content if picture else None).encode(), mode=0o644)
    if as_json:
        sys.stdout.buffer.write(content + b"\n")
    else:
        _print(found, html)
    sys.exit(0 if found.report.verdict == "green" else 1)


def _photo(file: Path) -> Photo:
    with file.open("rb") as opened:
        return photo_of(opened.read(_PHOTO_FILE_MOST))


def _made(site: Path, role: str, photo: Photo | None) -> tuple[bytes, VerifiedReport]:
    edge = read_edge(site)
    reported = keep_photo(edge.state, photo) if photo is not None else None
    content, path = make_report(site, edge, _running(edge), role, reported)
    click.echo(in_language(f"kept: {path}", f"conservato: {path}"), err=True)
    _send(edge)
    return content, VerifiedReport(read_report(content), signer_of(content))


def _send(edge: EdgeSite) -> None:
    """Have the running gateway send the report; if it does not run, it does so when the centre is there."""
    running = find(edge)
    with contextlib.suppress(OSError, http.client.HTTPException, LocalError):
        if running is not None and running.post("/api/report/send", {}, SentReport).sent:
            click.echo(in_language("sent to the centre", "inviato al centro"), err=True)


def _verified(given: Path, ca: Path | None, photo: Photo | None) -> tuple[bytes, VerifiedReport]:
    if ca is None:
        fail(in_language("add '--ca authority.pem', the site's authority", "aggiungi '--ca authority.pem', l'autorità del sito"))
    with given.open("rb") as file:
        content = file.read(LARGEST_REPORT + 1)
    found = verify(content.rstrip(b"\n"), ca.read_bytes())
    if found.signed_by is None:
        raise ReportError("nobody has signed it", "nessuno lo ha firmato")
    if photo is not None and photo.reported() != found.report.photo:
        raise ReportError("its photo is another one", "la sua foto è un'altra")
    return content.rstrip(b"\n"), found


def _running(edge: EdgeSite) -> LiveFacts | None:
    """Return what the running gateway says; None if it does not run."""
    host, _, port = edge.listen.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_TIMEOUT_S)
    try:
        answers = []
        for path in ("/lines", "/health"):
            connection.request("GET", path)
            answers.append(connection.getresponse().read())
        lines = msgspec.json.decode(answers[0], type=LinesReport)
        return running_facts(lines, msgspec.json.decode(answers[1], type=dict[str, object])) if lines.gateway == edge.id.gateway else None
    except (OSError, http.client.HTTPException, msgspec.MsgspecError):
        return None
    finally:
        connection.close()


def _print(found: VerifiedReport, html: Path | None) -> None:
    report = found.report
    devices, lines = sum(len(line.devices) for line in report.lines), len(report.lines)
    click.echo(f"{report.operator}/{report.gateway}, {report.made}, {report.role}")
    click.echo(in_language(f"devices: {devices}, lines: {lines}", f"dispositivi: {devices}, linee: {lines}") + f"; {_signature(found)}")
    if report.photo is not None:
        click.echo(in_language("photo", "foto") + f": SHA-256 {report.photo.sha256}")
    for reason in report.reasons:
        click.secho(in_language(reason.en, reason.it), fg="red")
    _print_verdict(report)
    if html is not None:
        click.echo(in_language(f"written: {html}", f"scritto: {html}"))


def _signature(found: VerifiedReport) -> str:
    if found.signed_by is None:
        return in_language("not signed: no identity", "non firmato: nessuna identità")
    return in_language(f"signed by {found.signed_by}", f"firmato da {found.signed_by}")


def _print_verdict(report: InstallationReport) -> None:
    if report.verdict == "green":
        click.secho(in_language("green: everything works", "verde: tutto funziona"), fg="green", bold=True)
    else:
        click.secho(in_language("red: not finished", "rosso: non terminato"), fg="red", bold=True)
