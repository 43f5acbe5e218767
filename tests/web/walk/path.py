"""The path: login, scan, five devices named and placed, applied and kept, a green report, values in the store."""

import re

from playwright.sync_api import expect

from tests.system.servers import wait_until
from tests.web.walk.installation import Installation
from tests.web.walk.line import ASSETS, PANELS, STATION
from tests.web.walk.person import WAIT_MS, Person

_PLACES = [(150, 120), (180, 140), (210, 150), (240, 170), (120, 90)]
"""Where on the map the devices are, in pixels."""

_SCANS_MOST = 4
_REPORTS_MOST = 12
"""A device must have been asked some times before its line is judged."""

_SOME = re.compile(r"^[1-9]\d*$")


def walk(person: Person, installation: Installation) -> None:
    """Walk the path; fail where it does not go on."""
    _log_in(person, installation)
    _certificate(person)
    _scan(person, installation)
    for number, (unit, asset) in enumerate(ASSETS.items()):
        _add(person, unit, asset, _PLACES[number], with_pictures=number == 0)
    _apply(person)
    _look(person, installation)
    _report(person)


def _log_in(person: Person, installation: Installation) -> None:
    person.page.goto(installation.address)
    expect(person.page.locator("input.code")).to_be_visible(timeout=WAIT_MS)
    person.picture("login", ("Log in", "Accedere"), (
        "Join the gateway's network with the phone, open its page, and type the code of its label. Capitals and dashes do not matter.",
        "Collegare il telefono alla rete del gateway, aprire la sua pagina e digitare il codice dell'etichetta. Maiuscole e trattini non contano."))  # fmt: skip
    person.type("Code", "Codice", installation.code)
    person.tap_button("Log in", "Accedi")
    person.see("No devices yet", "Ancora nessun dispositivo")
    person.picture("home", ("Begin", "Cominciare"), (
        "The first view says what is wrong, the worst first, with what to do. A new gateway has no devices yet.",
        "La prima vista dice che cosa non va, con che cosa fare, dal problema più grave. Un gateway nuovo non ha ancora dispositivi."))  # fmt: skip


def _certificate(person: Person) -> None:
    person.tap_tab("More", "Altro")
    person.tap(person.page.get_by_role("link", name=person.say("Certificate", "Certificato")))
    expect(person.page.get_by_label(person.say("One-time code", "Codice monouso"))).to_be_visible(timeout=WAIT_MS)
    person.picture("certificate", ("The certificate", "Il certificato"), (
        "A gateway that has no certificate gets one under More, Certificate: type the one-time code, scan its QR code, or choose the file of the invitation. Save the request, send it to the centre, "
        "and choose the answer when it comes back; the rest can be done meanwhile. Then the connection with the certificate is ready in the changes. It is renewed by itself.",
        "Un gateway senza certificato lo ottiene in Altro, Certificato: digitare il codice monouso, leggerne il codice QR o scegliere il file dell'invito. Salvare la richiesta, inviarla al centro e "
        "scegliere la risposta quando arriva; intanto si può continuare. Il collegamento con il certificato è poi pronto nelle modifiche. Si rinnova da solo."))  # fmt: skip
    person.tap_tab("Home", "Inizio")


def _scan(person: Person, installation: Installation) -> None:
    person.tap_button("Look for devices", "Cerca dispositivi")
    person.tap(person.page.get_by_text(person.say("Another port, or a device on the network", "Un'altra porta, o un dispositivo in rete")))
    person.type("Port or address", "Porta o indirizzo", installation.port)
    person.tap_button("Start", "Avvia")
    person.see("found so far", "finora")
    expect(person.page.locator("main .card .badge")).not_to_have_count(0, timeout=WAIT_MS)
    person.picture("scanning", ("Look for devices", "Cercare i dispositivi"), (
        "Choose the port that the line is plugged into, and start. The scan tries the usual settings first and only reads. Devices appear as they are found.",
        "Scegliere la porta a cui è collegata la linea e avviare. La ricerca prova prima le impostazioni usuali e legge soltanto. I dispositivi compaiono appena trovati."))  # fmt: skip
    _find_all(person)
    person.picture("found", ("What was found", "Che cosa è stato trovato"), (
        "When all devices are there, stop. Each one has its product, its address, and a badge: new, known, moved, replaced, or two at one address.",
        "Quando ci sono tutti i dispositivi, fermare. Di ognuno si vedono prodotto, indirizzo e stato: nuovo, già noto, spostato, sostituito, o due allo stesso indirizzo."))  # fmt: skip


def _find_all(person: Person) -> None:
    """Wait until all devices are there; scan again if one did not respond in time, as on a busy machine."""
    badges = person.page.locator("main .card .badge.new")
    ended = person.page.get_by_role("button", name=person.say("Start", "Avvia"))
    for _ in range(_SCANS_MOST):
        while badges.count() < len(ASSETS) and not ended.count():
            person.page.wait_for_timeout(250)
        if badges.count() >= len(ASSETS):
            break
        person.tap(ended)
        expect(ended).to_have_count(0, timeout=WAIT_MS)
    if not ended.count():
        person.tap_button("Stop", "Ferma")
        person.see("Stopped.", "Fermata.")


def _add(person: Person, unit: int, asset: str, place: tuple[int, int], *, with_pictures: bool) -> None:
    card = person.page.locator("section.card", has_text=person.say(f"address {unit} ", f"indirizzo {unit} "))
    person.tap(card.get_by_role("link", name=person.say("Add this device", "Aggiungi questo dispositivo")))
    _choose_product(person)
    expect(person.page.locator("main .values .value").first).to_be_visible(timeout=WAIT_MS)
    if with_pictures:
        person.picture("values", ("Check the product and its values", "Controllare prodotto e valori"), (
            "The product is chosen if it is certain. The values are read at once; whatever is not plausible is said, such as a current transformer that is turned round.",
            "Il prodotto è già scelto se è certo. I valori sono letti subito; ciò che non è plausibile viene detto, per esempio un trasformatore di corrente girato."))  # fmt: skip
    person.type("What the city calls it", "Come lo chiama la città", asset)
    the_map = person.page.locator(".map")
    the_map.scroll_into_view_if_needed()
    person.tap_at(the_map, *place)
    expect(person.page.get_by_label(person.say("Latitude, longitude", "Latitudine, longitudine"))).not_to_have_value("", timeout=WAIT_MS)
    if with_pictures:
        person.picture("place", ("Name it and place it", "Nome e posizione"), (
            "Type what the city calls the asset, scan its label, or choose it from the register. Tap the map where it is, or use the phone's position.",
            "Scrivere come la città chiama l'apparato, leggerne l'etichetta o sceglierlo dal registro. Toccare la mappa dove si trova, o usare la posizione del telefono."))  # fmt: skip
    person.tap_button("Put it into the changes", "Inserisci nelle modifiche")
    person.see("ready", "pront")


def _choose_product(person: Person) -> None:
    """Choose the first product where several look alike: the technician reads the label."""
    products = person.page.locator("input[name=product]")
    expect(products.first).to_be_visible(timeout=WAIT_MS)
    if not person.page.locator("input[name=product]:checked").count():
        person.tap(products.first)


def _apply(person: Person) -> None:
    person.picture("ready", ("All devices", "Tutti i dispositivi"), (
        "Do the same for every device. Several of the same kind can be added at once: addresses and names count up.",
        "Fare lo stesso per ogni dispositivo. Più dispositivi uguali si aggiungono insieme: indirizzi e nomi proseguono in ordine."))  # fmt: skip
    person.tap_button("Look at the changes and apply them", "Vedi le modifiche e applica")
    person.see("Not applied yet", "Da applicare")
    person.picture("changes", ("Look at the changes", "Vedere le modifiche"), (
        "Nothing has changed so far. The list says what will change, and the lines of the site file can be shown.",
        "Finora non è cambiato niente. L'elenco dice che cosa cambierà; si possono vedere anche le righe del file."))  # fmt: skip
    person.tap_button("Apply on trial", "Applica in prova")
    bar = person.page.get_by_label(person.say("Trial", "Prova"))
    expect(bar).to_be_visible(timeout=WAIT_MS)
    person.tap_tab("Devices", "Dispositivi")
    expect(person.page.locator("main .row .dot")).to_have_count(len(ASSETS), timeout=WAIT_MS)
    expect(person.page.locator("main .row .dot.bad, main .row .dot.off")).to_have_count(0, timeout=WAIT_MS)
    person.picture("trial", ("Five minutes on trial", "Cinque minuti di prova"), (
        "The devices are read. If they answer and the values make sense, keep the change. Otherwise undo it, or wait: after five minutes it undoes itself.",
        "I dispositivi vengono letti. Se rispondono e i valori sono sensati, confermare. Altrimenti annullare, o attendere: dopo cinque minuti si annulla da sola."))  # fmt: skip
    person.tap(bar.get_by_role("button", name=person.say("Keep", "Conferma")))
    expect(bar).to_be_hidden(timeout=WAIT_MS)


def _look(person: Person, installation: Installation) -> None:
    person.tap(person.page.locator("main .row").first)
    person.tap(person.page.locator("main .value").first)
    expect(person.page.locator(".chart")).to_have_attribute("data-points", _SOME, timeout=WAIT_MS)
    person.page.locator(".chart").scroll_into_view_if_needed()
    person.picture("device", ("One device", "Un dispositivo"), (
        "Tap a device to see all its values, a chart of the last day, the quality of its line, and the bytes on the wire.",
        "Toccare un dispositivo per vederne tutti i valori, il grafico dell'ultimo giorno, la qualità della linea e i byte sul filo."))  # fmt: skip
    form = person.page.locator("section.card", has_text=person.say("Interval and settings", "Intervallo e impostazioni"))
    expect(form.get_by_label(person.say("Number of the meter", "Matricola del contatore"))).to_be_visible(timeout=WAIT_MS)
    form.evaluate("card => window.scrollTo(0, card.offsetTop - 70)")
    person.picture("settings", ("Interval and settings", "Intervallo e impostazioni"), (
        "Further down: how often the device is read, with the load of its line before and after; for a meter its number and the ratios of its transformers. This, too, goes into the changes first.",
        "Più in basso: ogni quanto si legge il dispositivo, con il carico della linea prima e dopo; per un contatore la matricola e i rapporti dei trasformatori. Anche questo va prima nelle modifiche."))  # fmt: skip
    for asset in PANELS.values():
        wait_until(f"{asset} in the store", lambda asset=asset: _is_stored(installation, "lighting_meter", asset, "voltage_l1"), 120)  # type: ignore[misc]
    wait_until(f"{STATION} in the store", lambda: _is_stored(installation, "weather", STATION, "air_temperature"), 120)


def _is_stored(installation: Installation, measurement: str, asset: str, field: str) -> bool:
    """Return whether the store has values of an asset, and each of them was served by its device."""
    stored = installation.stored(measurement, asset, field)
    served = installation.served(asset, field)
    assert all(any(abs(value - one) < 1e-6 for one in served) for value in stored), f"{asset}: {stored} were not all served"
    return bool(stored)


def _report(person: Person) -> None:
    person.tap_tab("More", "Altro")
    person.tap(person.page.get_by_role("link", name=person.say("Report", "Rapporto")))
    person.tap_button("Make the report", "Crea il rapporto")
    verdict, green = person.page.locator("main .notice"), person.page.locator("main .notice.good")
    expect(verdict.first).to_be_visible(timeout=WAIT_MS)
    for _ in range(_REPORTS_MOST):
        if green.count():
            break
        print("not green yet:", " ".join(verdict.first.inner_text().split()), flush=True)
        person.page.wait_for_timeout(10_000)
        person.tap_button("Make a new report", "Nuovo rapporto")
        expect(person.page.locator("main [aria-busy=true]")).to_have_count(0, timeout=WAIT_MS)
    expect(green).to_be_visible()
    person.picture("report", ("The green report", "Il rapporto verde"), (
        "Make the report. Green: you can leave. Otherwise it says what is left to do. A photo, taken or chosen, becomes part of it. It is signed, can be printed, and is sent to the centre when there is a connection.",
        "Creare il rapporto. Verde: si può andare via. Altrimenti dice che cosa resta da fare. Una foto, scattata o scelta, ne fa parte. È firmato, si può stampare e viene inviato al centro quando c'è collegamento."))  # fmt: skip
