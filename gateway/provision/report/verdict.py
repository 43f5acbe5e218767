"""Why an installation is not finished yet: what does not work, and what to do. Pure."""

from collections.abc import Collection, Iterator

from gateway.model.messages import InstallationReport, ReportedDevice, ReportReason

ENOUGH_REQUESTS = 20
"""With fewer, a single disturbance would be a bad line."""

WORST_PERCENT = 5.0
"""A line on which more requests fail than this is not good enough to be left alone."""

_FULL_PERCENT = 90.0
"""Above this, a line that is disturbed once can't catch up."""

NO_FAULT = frozenset({"phase_order"})
"""Findings that are only mentioned: with the phases in another order, energy and power are right."""

_NAMED = 4
"""How many fields a sentence names."""


def reasons_of(report: InstallationReport, running: bool, cloned_by: str | None, failing_lines: Collection[str]) -> Iterator[ReportReason]:  # noqa: FBT001 — one of the facts
    """Yield the reasons for which a report is red: of the gateway, then of its lines, then of their devices."""
    if not running:
        yield ReportReason(
            "the gateway does not run: start it with 'systemctl start street-gateway'",
            "il gateway non è in funzione: avvialo con 'systemctl start street-gateway'",
        )
        return
    yield from _of_gateway(report, cloned_by)
    for line in report.lines:
        if line.id in failing_lines:
            yield ReportReason(
                f"line {line.id} does not work: check that {line.port} is connected and not used by another program",
                f"la linea {line.id} non funziona: verifica che {line.port} sia collegata e non usata da un altro programma",
            )
            continue
        if line.load > _FULL_PERCENT:
            yield ReportReason(
                f"line {line.id} is {line.load:.0f} % busy: choose longer intervals, or a higher baud rate",
                f"la linea {line.id} è occupata al {line.load:.0f} %: scegli intervalli più lunghi o un baud rate più alto",
            )
        for device in line.devices:
            yield from reasons_of_device(device)
    for finding in report.findings:
        if finding.certainty == "certain" and finding.kind not in NO_FAULT:
            yield ReportReason(
                f"{finding.where}: {finding.en}: {finding.todo_en}",
                f"{finding.where}: {finding.it}: {finding.todo_it}",
            )


def _of_gateway(report: InstallationReport, cloned_by: str | None) -> Iterator[ReportReason]:
    if cloned_by is not None:
        yield ReportReason(
            f"another gateway runs under this name, on {cloned_by}: switch one of the two off; meanwhile neither sends",
            f"un altro gateway usa questo nome, su {cloned_by}: spegni uno dei due; nel frattempo nessuno trasmette",
        )
    if not report.uplink.connected:
        yield ReportReason(
            "no connection to the broker: readings wait in the journal; check network, antenna and SIM card",
            "nessuna connessione al broker: le letture restano nel journal; controlla rete, antenna e SIM",
        )
    if not report.machine.synchronised:
        yield ReportReason(
            "the clock is not synchronised: readings may have wrong times until it is; check the network or the time server",
            "l'orologio non è sincronizzato: fino ad allora le letture possono avere un'ora sbagliata; controlla la rete o il server NTP",
        )
    if not report.lines:
        yield ReportReason("no line is configured: scan one", "nessuna linea configurata: esegui una scansione")


def reasons_of_device(device: ReportedDevice) -> Iterator[ReportReason]:
    """Yield the reasons that are of one device."""
    if device.state == "silent" or (device.state in ("not yet heard", "unknown") and not device.values):
        yield ReportReason(
            f"{device.id} does not respond: check its power, wiring and address",
            f"{device.id} non risponde: controlla alimentazione, cablaggio e indirizzo",
        )
        return
    if device.state == "off":
        yield ReportReason(
            f"{device.id} has no power, so it was not tested: switch it on, and make the report again",
            f"{device.id} non è alimentato, quindi non è stato provato: accendilo e rifai il rapporto",
        )
        return
    failed = 100 * (device.requests - device.answers) / device.requests if device.requests >= ENOUGH_REQUESTS else 0.0
    if failed > WORST_PERCENT:
        yield ReportReason(
            f"{device.id} does not answer {failed:.0f} % of its requests: check wiring, termination and cable length",
            f"{device.id} non risponde al {failed:.0f} % delle richieste: controlla cablaggio, terminazione e lunghezza del cavo",
        )
    yield from _of_values(device)


def _of_values(device: ReportedDevice) -> Iterator[ReportReason]:
    if not device.values:
        yield ReportReason(
            f"{device.id} has no values yet: wait for its interval, and make the report again",
            f"{device.id} non ha ancora valori: attendi il suo intervallo e rifai il rapporto",
        )
        return
    bad = [one.field for one in device.values if one.quality is not None and one.quality.startswith("Bad")]
    if bad:
        named = ", ".join(bad[:_NAMED]) + (" …" if len(bad) > _NAMED else "")
        yield ReportReason(
            f"{device.id}: no good value of {named}: check that the profile fits the product, and its sensors",
            f"{device.id}: nessun valore valido di {named}: verifica che il profilo sia quello del prodotto, e i sensori",
        )
