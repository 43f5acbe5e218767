"""The sentences of each cause, in English and Italian: what is wrong, what to do, what tells it from its neighbours. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.provision.diagnosis.cause import Cause, CauseKind, Certainty
from gateway.provision.findings import Sentence


class CauseTexts(NamedTuple):
    """The sentences of one cause; `{detail}` stands for what differs, such as the phases or the settings."""

    what: Sentence
    todo: Sentence
    apart: Sentence


def cause(kind: CauseKind, certainty: Certainty, where: str, reasons: Sequence[Sentence] = (), detail: str = "") -> Cause:
    """Return a cause with its sentences."""
    texts = TEXTS[kind]
    return Cause(
        kind=kind, certainty=certainty, where=where, reasons=list(reasons),
        sentence=_filled(texts.what, detail), todo=_filled(texts.todo, detail), apart=_filled(texts.apart, detail),
    )  # fmt: skip


def _filled(text: Sentence, detail: str) -> Sentence:
    return Sentence(text.en.replace("{detail}", detail), text.it.replace("{detail}", detail))


TEXTS: Mapping[CauseKind, CauseTexts] = {
    CauseKind.SECOND_MASTER: CauseTexts(
        Sentence("another master polls this line", "un altro master interroga questa linea"),
        Sentence(
            "stop or disconnect it; if both must stay, set 'shared: true' on the line",
            "fermalo o scollegalo; se devono restare entrambi, imposta 'shared: true' sulla linea",
        ),
        Sentence("noise has no frames with a valid checksum", "i disturbi non contengono messaggi con checksum valido"),
    ),
    CauseKind.ECHO: CauseTexts(
        Sentence("the adapter receives what it sends", "l'adattatore riceve ciò che trasmette"),
        Sentence("set 'echo: true' on the line", "imposta 'echo: true' sulla linea"),
        Sentence("reflections return only a few damaged bytes", "le riflessioni restituiscono solo pochi byte danneggiati"),
    ),
    CauseKind.SWAPPED_WIRES: CauseTexts(
        Sentence("A and B are swapped", "A e B sono scambiati"),
        Sentence(
            "swap the two wires at the gateway; if some devices respond, at the silent ones. Follow + and -, for makers differ in A and B",
            "scambia i due fili sul gateway; se alcuni dispositivi rispondono, su quelli muti. I costruttori chiamano A e B in modo "
            "diverso: segui + e -",
        ),
        Sentence(
            "with noise the bytes vary, and come without a request too; without power there are none",
            "con i disturbi i byte variano e arrivano anche senza richiesta; senza alimentazione non ne arrivano",
        ),
    ),
    CauseKind.NOISE: CauseTexts(
        Sentence("there is noise on the line", "ci sono disturbi sulla linea"),
        Sentence(
            "connect the shield at one end and the common conductor, lay the cable apart from power cables, and check bias and termination",
            "collega lo schermo a un'estremità e il conduttore comune, allontana il cavo da quelli di potenza, controlla polarizzazione e "
            "terminazione",
        ),
        Sentence(
            "it is received even while nobody sends; reflections follow a request",
            "si riceve anche quando nessuno trasmette; le riflessioni seguono una richiesta",
        ),
    ),
    CauseKind.REFLECTIONS: CauseTexts(
        Sentence("the line reflects: a termination is missing", "la linea riflette: manca una terminazione"),
        Sentence(
            "connect 120 ohm between A and B at both ends of the cable and nowhere else, and keep branches short",
            "collega 120 ohm tra A e B alle due estremità del cavo e in nessun altro punto, e tieni corte le derivazioni",
        ),
        Sentence(
            "damaged bytes follow each request, whoever it is for; on a bus that is too long nothing follows",
            "byte danneggiati seguono ogni richiesta, a chiunque sia diretta; su un bus troppo lungo non segue nulla",
        ),
    ),
    CauseKind.BUS_TOO_LONG: CauseTexts(
        Sentence(
            "the bus is too long, or has too many devices, for its speed", "il bus è troppo lungo o carico per la sua velocità"
        ),
        Sentence(
            "set the line and its devices to a lower baud rate, use cable of lower capacitance, or divide the bus with a repeater",
            "imposta linea e dispositivi a una velocità più bassa, usa un cavo a minore capacità, oppure dividi il bus con un ripetitore",
        ),
        Sentence(
            "short responses mostly arrive and long ones mostly not; with two devices at one address, short ones fail too",
            "le risposte brevi di solito arrivano e le lunghe no; con due dispositivi allo stesso indirizzo falliscono anche le brevi",
        ),
    ),
    CauseKind.DUPLICATE_UNIT: CauseTexts(
        Sentence("two devices have the address {detail}", "due dispositivi hanno l'indirizzo {detail}"),
        Sentence(
            "disconnect one of them, change the address of the other (gateway provision readdress), and connect it again",
            "scollega uno dei due, cambia l'indirizzo dell'altro (gateway provision readdress) e ricollegalo",
        ),
        Sentence(
            "only this address is affected; a bad line affects the others too",
            "riguarda solo questo indirizzo; una linea difettosa disturba anche gli altri",
        ),
    ),
    CauseKind.WRONG_PARITY: CauseTexts(
        Sentence("the device has another parity: {detail}", "il dispositivo ha un'altra parità: {detail}"),
        Sentence(
            "give the line and all its devices the same settings: change the site file, or the device",
            "dai alla linea e a tutti i suoi dispositivi le stesse impostazioni: cambia il file del sito, oppure il dispositivo",
        ),
        Sentence("it responds with these settings, and not with the line's", "risponde con queste, non con le impostazioni della linea"),
    ),
    CauseKind.WRONG_BAUD: CauseTexts(
        Sentence("the device has another baud rate: {detail}", "il dispositivo ha un'altra velocità: {detail}"),
        Sentence(
            "give the line and all its devices the same settings: change the site file, or the device",
            "dai alla linea e a tutti i suoi dispositivi le stesse impostazioni: cambia il file del sito, oppure il dispositivo",
        ),
        Sentence("it responds with these settings, and not with the line's", "risponde con queste, non con le impostazioni della linea"),
    ),
    CauseKind.OTHER_ADDRESS: CauseTexts(
        Sentence("the device is at another address: {detail}", "il dispositivo è a un altro indirizzo: {detail}"),
        Sentence(
            "change 'unit' in the site file, or the address of the device (gateway provision readdress)",
            "cambia 'unit' nel file del sito, oppure l'indirizzo del dispositivo (gateway provision readdress)",
        ),
        Sentence(
            "a product of this kind responds there, where the site file has no device",
            "lì risponde un prodotto di questo tipo, dove il file del sito non ha dispositivi",
        ),
    ),
    CauseKind.NO_POWER: CauseTexts(
        Sentence("the device has no power, or is not connected", "il dispositivo non è alimentato, o non è collegato"),
        Sentence(
            "check its supply and fuse, then both wires at its terminals and at the device before it, then whether they are swapped",
            "controlla alimentazione e fusibile, poi i due fili ai suoi morsetti e al dispositivo precedente, poi se sono scambiati",
        ),
        Sentence(
            "it is silent at all settings and addresses that were tried, and nothing else is received",
            "è muto a tutte le impostazioni e gli indirizzi provati, e non si riceve nient'altro",
        ),
    ),
    CauseKind.WRONG_PROFILE: CauseTexts(
        Sentence("the device is another product: {detail}", "il dispositivo è un altro prodotto: {detail}"),
        Sentence("change 'profile' in the site file, or the device", "cambia 'profile' nel file del sito, oppure il dispositivo"),
        Sentence(
            "it refuses registers of the profile, or has another product's code; with a wrong word order it does neither",
            "rifiuta registri del profilo, o ha il codice di un altro prodotto; con le sole parole scambiate non fa né l'uno né l'altro",
        ),
    ),
    CauseKind.WORD_ORDER: CauseTexts(
        Sentence("the device sends long values with their words swapped", "il dispositivo invia i valori lunghi con le parole scambiate"),
        Sentence(
            "set the register order on the device back to the factory setting, or use a profile with the other 'word_order'",
            "riporta l'ordine dei registri del dispositivo a quello di fabbrica, oppure usa un profilo con l'altro 'word_order'",
        ),
        Sentence(
            "swapped, the values are plausible; those of another product are not",
            "scambiati, i valori sono plausibili; quelli di un altro prodotto no",
        ),
    ),
    CauseKind.NO_VOLTAGE: CauseTexts(
        Sentence("no voltage on {detail}", "manca tensione su {detail}"),
        Sentence(
            "check fuses and terminals of the meter's voltage inputs, then the supply",
            "controlla fusibili e morsetti degli ingressi di tensione del contatore, poi l'alimentazione",
        ),
        Sentence("the other phases have their usual voltage", "le altre fasi hanno la tensione normale"),
    ),
    CauseKind.NEUTRAL: CauseTexts(
        Sentence("the neutral is loose, or not connected to the meter", "il neutro è allentato, o non è collegato al contatore"),
        Sentence(
            "check the neutral first at the meter, then at the panel: a loose neutral destroys lamps",
            "controlla il neutro prima sul contatore, poi sul quadro: un neutro allentato distrugge le lampade",
        ),
        Sentence(
            "the voltages are wrong in opposite directions, but right on average",
            "le tensioni sono sbagliate in versi opposti, ma giuste in media",
        ),
    ),
    CauseKind.UNITS: CauseTexts(
        Sentence("values are {detail} times what they should be", "i valori sono {detail} volte quelli giusti"),
        Sentence(
            "compare with the device's display; correct the profile, or 'overrides' in the site file",
            "confronta con il display; correggi il profilo, oppure 'overrides' nel file del sito",
        ),
        Sentence(
            "the factor is a power of ten; that of a transformer is not, such as 40 for 200/5 A",
            "il fattore è una potenza di dieci; quello di un trasformatore no, come 40 per 200/5 A",
        ),
    ),
    CauseKind.RATIO: CauseTexts(
        Sentence(
            "current and power do not fit: a transformer ratio of {detail} counts in one of them alone",
            "corrente e potenza non sono coerenti: un rapporto di trasformazione {detail} vale solo per una delle due",
        ),
        Sentence(
            "set the ratio once: on the meter, or as 'ratio' in the site file",
            "imposta il rapporto una sola volta: sul contatore, oppure come 'ratio' nel file del sito",
        ),
        Sentence("the factor is the same on all phases", "il fattore è lo stesso su tutte le fasi"),
    ),
    CauseKind.VOLTAGE_RANGE: CauseTexts(
        Sentence("the voltage of {detail} is outside 207 to 253 V", "la tensione di {detail} è fuori da 207-253 V"),
        Sentence(
            "measure it with a multimeter: if it is right there, check 'ratio' and the meter's settings; otherwise call the distributor",
            "misurala con un multimetro: se è giusta, controlla 'ratio' e le impostazioni del contatore; altrimenti chiama il distributore",
        ),
        Sentence("all values of the phase fit each other", "tutti i valori della fase sono coerenti tra loro"),
    ),
    CauseKind.FREQUENCY: CauseTexts(
        Sentence("the frequency is {detail} Hz, not about 50", "la frequenza è {detail} Hz, non circa 50"),
        Sentence("check the profile: it may read another register", "controlla il profilo: forse legge un altro registro"),
        Sentence("the European grid stays within 47 to 52 Hz", "la rete europea resta tra 47 e 52 Hz"),
    ),
    CauseKind.CT_TURNED: CauseTexts(
        Sentence("the current transformer of {detail} is turned round", "il trasformatore di corrente di {detail} è girato"),
        Sentence(
            "switch the load off, turn the transformer round on its cable, or swap its two wires (S1 and S2). Never open them under load",
            "togli il carico, gira il trasformatore sul cavo, oppure scambia i suoi due fili (S1 e S2). Non aprirli mai sotto carico",
        ),
        Sentence(
            "the power is negative, and its angle otherwise that of the other phases; on a wrong phase it is a third of a turn off",
            "la potenza è negativa, ma l'angolo per il resto è quello delle altre fasi; su una fase sbagliata differisce di 120°",
        ),
    ),
    CauseKind.ALL_CTS_TURNED: CauseTexts(
        Sentence("all current transformers are turned round", "tutti i trasformatori di corrente sono girati"),
        Sentence(
            "set 'reversed: true' on the device in the site file, or turn them round with the load switched off",
            "imposta 'reversed: true' sul dispositivo nel file del sito, oppure girali dopo aver tolto il carico",
        ),
        Sentence("power is negative on every phase with current", "la potenza è negativa su ogni fase con corrente"),
    ),
    CauseKind.CT_DEAD: CauseTexts(
        Sentence(
            "no current on {detail}: its current transformer is not connected, or that phase has no load",
            "nessuna corrente su {detail}: il trasformatore di corrente non è collegato, oppure la fase non ha carico",
        ),
        Sentence(
            "measure with a clamp meter: if current flows, check the transformer's wires and that it is closed",
            "misura con una pinza: se passa corrente, controlla i fili del trasformatore e che sia chiuso",
        ),
        Sentence("the phase has voltage, and the others have current", "la fase ha tensione e le altre hanno corrente"),
    ),
    CauseKind.CT_CROSSED: CauseTexts(
        Sentence("the current transformers of {detail} are interchanged", "i trasformatori di corrente di {detail} sono scambiati"),
        Sentence(
            "put each on the phase whose voltage has the same number, with the load switched off",
            "metti ciascuno sulla fase la cui tensione ha lo stesso numero, a carico spento",
        ),
        Sentence(
            "the angles of these phases are off by a third of a turn, in opposite directions; the phase order is right",
            "gli angoli di queste fasi differiscono di un terzo di giro, in versi opposti; la sequenza delle fasi è giusta",
        ),
    ),
    CauseKind.PHASES_SWAPPED: CauseTexts(
        Sentence("the voltages of {detail} are swapped at the meter", "le tensioni di {detail} sono scambiate sul contatore"),
        Sentence(
            "swap these two voltage wires, with the supply switched off",
            "scambia questi due fili di tensione, dopo aver tolto l'alimentazione",
        ),
        Sentence(
            "the phase order is reversed, and only these phases have wrong angles; with swapped transformers the order is right",
            "la sequenza è invertita e solo queste fasi hanno angoli errati; con i trasformatori scambiati la sequenza è giusta",
        ),
    ),
    CauseKind.PHASE_ORDER: CauseTexts(
        Sentence("the phases are in the order L1, L3, L2", "le fasi sono nell'ordine L1, L3, L2"),
        Sentence(
            "energy and power are right; swap two phases, voltage and transformer together, if the numbers are to match the panel's",
            "energia e potenza sono giuste; scambia due fasi, tensione e trasformatore insieme, se i numeri devono corrispondere al quadro",
        ),
        Sentence("each current fits the voltage of its phase", "ogni corrente corrisponde alla tensione della sua fase"),
    ),
    CauseKind.SUMS: CauseTexts(
        Sentence("the phases do not add up to the total: {detail}", "la somma delle fasi non dà il totale: {detail}"),
        Sentence(
            "compare with the device's display: the profile may read another register, or the meter adds up magnitudes",
            "confronta con il display: forse il profilo legge un altro registro, oppure il contatore somma i valori assoluti",
        ),
        Sentence("each phase alone is plausible", "ogni fase da sola è plausibile"),
    ),
    CauseKind.POWER_FACTOR: CauseTexts(
        Sentence("the power factor does not fit: {detail}", "il fattore di potenza non è coerente: {detail}"),
        Sentence("check the profile: it may read another register", "controlla il profilo: forse legge un altro registro"),
        Sentence("voltage, current and power fit each other", "tensione, corrente e potenza sono coerenti tra loro"),
    ),
    CauseKind.METERS_DISAGREE: CauseTexts(
        Sentence(
            "meters of one panel measure different voltages: {detail}",
            "i contatori di uno stesso quadro misurano tensioni diverse: {detail}",
        ),
        Sentence(
            "measure at the terminals of each with a multimeter; check voltage ratio and profile, and whether it is in this panel at all",
            "misura con un multimetro ai morsetti di ciascuno; controlla rapporto di tensione e profilo, e se è davvero in questo quadro",
        ),
        Sentence(
            "phases of one supply differ by 3 % at most; each meter alone is plausible",
            "le fasi di una stessa alimentazione differiscono al massimo del 3 %; ogni contatore da solo è plausibile",
        ),
    ),
    CauseKind.METERS_SWAPPED: CauseTexts(
        Sentence("meters are on each other's phases: {detail}", "dei contatori sono ciascuno sulla fase dell'altro: {detail}"),
        Sentence(
            "exchange their names or phases in the site file, or their wires with the supply switched off",
            "scambia i nomi o le fasi nel file del sito, oppure i fili dopo aver tolto l'alimentazione",
        ),
        Sentence(
            "the voltages are those of the panel's phases, in another order; a wrong ratio changes the values themselves",
            "le tensioni sono quelle delle fasi del quadro, in un altro ordine; un rapporto errato cambia i valori stessi",
        ),
    ),
    CauseKind.LAMPS_ABOVE_PANEL: CauseTexts(
        Sentence("the lamps use more power than their panel: {detail}", "le lampade assorbono più del loro quadro: {detail}"),
        Sentence(
            "check the panel's current ratio and transformers, and that all these lamps are behind it (powered_by)",
            "controlla il rapporto e i trasformatori di corrente del quadro, e che tutte queste lampade siano a valle (powered_by)",
        ),
        Sentence(
            "a dead transformer leaves a phase without current; a wrong ratio does not",
            "un trasformatore scollegato lascia una fase senza corrente; un rapporto errato no",
        ),
    ),
    CauseKind.SENSORS_DISAGREE: CauseTexts(
        Sentence("two sensors of one place disagree: {detail}", "due sensori dello stesso punto non concordano: {detail}"),
        Sentence(
            "look for sun, heat, dirt or a cover at one of them, and check that both belong to this asset",
            "cerca sole, calore, sporco o un riparo su uno dei due, e controlla che entrambi siano di questo apparato",
        ),
        Sentence(
            "each value alone is possible; a sensor that has failed says so by its quality",
            "ogni valore da solo è possibile; un sensore guasto lo segnala con la qualità",
        ),
    ),
}  # fmt: skip
