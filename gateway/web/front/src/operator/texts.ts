// The texts of the operator's page in English and Italian. Pure: no document, no storage.
import { locale, qualityText } from "../shared/words.ts";

const TEXTS = {
  en: {
    skip: "Skip to the table", map: "Map", alarms: "Alarms", assets: "Assets", asset: "Asset", now: "Latest values", age: "Age", state: "State",
    choose: "Select an asset", filter: "Filter ( / )", live: "live", cut: "connection lost, reconnecting", waiting: "connecting",
    language: "Italiano", all: "All", none: "No active alarms", time: "Time", zoomIn: "Zoom in", zoomOut: "Zoom out",
    showAll: "Show all", noStreets: "Without a map of the streets; set 'console.streets' in the site file.",
    noLocations: "No asset has a location; set 'lat' and 'lon' in the site files.",
    alarmViews: { active: "Active", ended: "Ended" }, lasted: (from: string, to: string, duration: string) => `${from} to ${to} (${duration})`,
    endedSince: (time: string, date: string) => `Recorded since ${date ? `${date}, ${time}` : time}`,
    gateways: "Gateways", gateway: "Gateway", heard: "Last heard", delay: "Delay", backlog: "Backlog", lineLoad: "Line load", clock: "Clock", version: "Version",
    gatewayStates: { online: "online", offline: "offline", maintenance: "maintenance" },
    clocks: { synced: "synchronised", holdover: "holdover", unsynced: "not synchronised" },
    noHealth: "The data store does not respond: only the states are shown.", value: "Value", current: "Now", quality: "Quality",
    states: { good: "good", lit: "on", off: "off", failed: "lamp failed", silent: "no response", missing: "no data" },
    alarm: { missing: "no data", no_answer: "no response", lamp_failed: "lamp failed", gateway_offline: "gateway offline",
      wrong_device: "does not look like the configured product", store_away: "the store is away", centre_offline: "the centre is offline" },
    storeAway: (time: string) => `store away since ${time}: values are old`, centreOffline: (time: string) => `centre offline since ${time}: values are old`,
    since: (time: string, date?: string) => (date ? `since ${date}, ${time}` : `since ${time}`),
    summary: (assets: number, gateways: number, online: number) => `${assets} assets, ${online} of ${gateways} gateways online`,
    figures: { lit: "lamps lit", power: "panel power", energy: "energy today", faults: "faults", fault: "fault" }, faultsOnly: "Faults only", of: (some: number, all: number) => `${some} of ${all}`,
    spans: { 300: "5 min", 900: "15 min", 3600: "1 h", 21600: "6 h", 86400: "24 h", 604800: "7 days", 2592000: "30 days" },
    logIn: "Log in", logOut: "Log out", userName: "Name", password: "Password", roles: { viewer: "viewer", operator: "operator" },
    throughProxy: "Open this page through its proxy: it knows who you are.",
    areas: "Areas", area: "Area", elsewhere: "in no area", lampsLit: "Lamps lit", power: "Power", faultCount: "Faults",
    before: { day: "the day before", week: "the week before" }, compare: "Compare: ", chartTools: "Chart", toPresent: "Now", longer: "Longer", shorter: "Shorter", earlier: "Earlier", later: "Later",
    fromTo: (from: string, to: string) => `${from} to ${to}`,
    chartKeys: "Arrow keys move the chart, + and − zoom, Home returns to the present. Draw over a part of the chart to zoom into it.",
    more: (rest: number) => `Show more (${rest} left)`,
    noChart: "Chart unavailable: the data store does not respond.",
  },
  it: {
    skip: "Vai alla tabella", map: "Mappa", alarms: "Allarmi", assets: "Apparati", asset: "Apparato", now: "Ultimi valori", age: "Età", state: "Stato",
    choose: "Seleziona un apparato", filter: "Filtra ( / )", live: "in tempo reale", cut: "connessione interrotta, riconnessione in corso", waiting: "connessione in corso",
    language: "English", all: "Tutti", none: "Nessun allarme attivo", time: "Ora", zoomIn: "Ingrandisci", zoomOut: "Riduci",
    showAll: "Mostra tutto", noStreets: "Senza mappa delle strade; impostare 'console.streets' nel file del sito.",
    noLocations: "Nessun apparato ha una posizione; impostare 'lat' e 'lon' nei file del sito.",
    alarmViews: { active: "Attivi", ended: "Cessati" }, lasted: (from: string, to: string, duration: string) => `dalle ${from} alle ${to} (${duration})`,
    endedSince: (time: string, date: string) => `Registrati ${date ? `dal ${date}, ore ${time}` : `dalle ${time}`}`,
    gateways: "Gateway", gateway: "Gateway", heard: "Ultimo contatto", delay: "Ritardo", backlog: "In attesa", lineLoad: "Carico linea", clock: "Orologio", version: "Versione",
    gatewayStates: { online: "in linea", offline: "non in linea", maintenance: "in manutenzione" },
    clocks: { synced: "sincronizzato", holdover: "in autonomia", unsynced: "non sincronizzato" },
    noHealth: "L'archivio dati non risponde: sono mostrati solo gli stati.", value: "Grandezza", current: "Attuale", quality: "Qualità",
    states: { good: "regolare", lit: "acceso", off: "spento", failed: "lampada guasta", silent: "nessuna risposta", missing: "dati assenti" },
    alarm: { missing: "dati assenti", no_answer: "nessuna risposta", lamp_failed: "lampada guasta", gateway_offline: "gateway non in linea",
      wrong_device: "non sembra il prodotto configurato", store_away: "l'archivio non risponde", centre_offline: "il centro non è in linea" },
    storeAway: (time: string) => `archivio assente dalle ${time}: valori non aggiornati`, centreOffline: (time: string) => `centro non in linea dalle ${time}: valori non aggiornati`,
    since: (time: string, date?: string) => (date ? `dal ${date}, ore ${time}` : `dalle ${time}`),
    summary: (assets: number, gateways: number, online: number) => `${assets} apparati, ${online} gateway in linea su ${gateways}`,
    figures: { lit: "lampade accese", power: "potenza ai quadri", energy: "energia di oggi", faults: "guasti", fault: "guasto" }, faultsOnly: "Solo guasti", of: (some: number, all: number) => `${some} su ${all}`,
    spans: { 300: "5 min", 900: "15 min", 3600: "1 h", 21600: "6 h", 86400: "24 h", 604800: "7 giorni", 2592000: "30 giorni" },
    logIn: "Accedi", logOut: "Esci", userName: "Nome", password: "Password", roles: { viewer: "sola lettura", operator: "operatore" },
    throughProxy: "Apri questa pagina attraverso il suo proxy, che sa chi sei.",
    areas: "Zone", area: "Zona", elsewhere: "fuori zona", lampsLit: "Lampade accese", power: "Potenza", faultCount: "Guasti",
    before: { day: "il giorno prima", week: "la settimana prima" }, compare: "Confronta: ", chartTools: "Grafico", toPresent: "Adesso", longer: "Più lungo", shorter: "Più corto", earlier: "Prima", later: "Dopo",
    fromTo: (from: string, to: string) => `dalle ${from} alle ${to}`,
    chartKeys: "Le frecce spostano il grafico, + e − cambiano la scala, Inizio torna al presente. Trascina su una parte del grafico per ingrandirla.",
    more: (rest: number) => `Mostra altri (${rest} rimanenti)`,
    noChart: "Grafico non disponibile: l'archivio dati non risponde.",
  },
};

/** The texts of a language. What comes from the centre may name a state that has no word here. */
export type Texts = Omit<(typeof TEXTS)["en"], "alarm" | "gatewayStates" | "clocks"> & Record<"alarm" | "gatewayStates" | "clocks", Record<string, string>>;

export const text = (): Texts => TEXTS[locale()];

/** Return an alarm's detail, "device" or "device: quality", with the quality in words. */
export function detailText(detail: string): string {
  const [device = "", quality] = detail.split(": ");
  return quality === undefined ? device : `${device}: ${qualityText(quality)}`;
}
