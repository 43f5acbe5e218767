// What people read, in the two languages of the field.
const TEXTS = {
  en: {
    skip: "Skip to the table", map: "The street", alarms: "Alarms", assets: "Assets", asset: "Asset", now: "Now", age: "Age", state: "State",
    choose: "Choose an asset", filter: "Filter ( / )", live: "live", cut: "connection lost, trying again", waiting: "connecting",
    language: "Italiano", all: "All", none: "Nothing is wrong.", since: "since", good: "good", missing: "missing", bad: "no answer",
    failed: "lamp failed", off: "off", lit: "lit", kinds: { lamp: "Lamps", lighting_meter: "Panels", traffic: "Traffic", weather: "Weather", air_quality: "Air", noise: "Noise", parking_spot: "Parking" },
    alarm: { missing: "no data", no_answer: "does not answer", lamp_failed: "lamp failed", gateway_offline: "gateway offline" },
    summary: (assets, gateways, online) => `${assets} assets, ${online} of ${gateways} gateways online`,
    spans: { 300: "5 min", 900: "15 min", 3600: "1 h", 21600: "6 h", 86400: "24 h" }, noChart: "No chart: the store can't be asked for its points now.", chart: (name) => `${name} over time`,
  },
  it: {
    skip: "Vai alla tabella", map: "La strada", alarms: "Allarmi", assets: "Apparati", asset: "Apparato", now: "Adesso", age: "Età", state: "Stato",
    choose: "Scegli un apparato", filter: "Filtra ( / )", live: "in diretta", cut: "connessione persa, nuovo tentativo", waiting: "connessione in corso",
    language: "English", all: "Tutti", none: "Nessuna anomalia.", since: "dalle", good: "buono", missing: "dati mancanti", bad: "non risponde",
    failed: "lampada guasta", off: "spento", lit: "acceso", kinds: { lamp: "Lampade", lighting_meter: "Quadri", traffic: "Traffico", weather: "Meteo", air_quality: "Aria", noise: "Rumore", parking_spot: "Parcheggi" },
    alarm: { missing: "nessun dato", no_answer: "non risponde", lamp_failed: "lampada guasta", gateway_offline: "gateway non in linea" },
    summary: (assets, gateways, online) => `${assets} apparati, ${online} gateway su ${gateways} in linea`,
    spans: { 300: "5 min", 900: "15 min", 3600: "1 h", 21600: "6 h", 86400: "24 h" }, noChart: "Nessun grafico: ora non si possono chiedere i punti all'archivio.", chart: (name) => `${name} nel tempo`,
  },
};

const FIELDS = {
  it: {
    voltage: "tensione", current: "corrente", active_power: "potenza attiva", reactive_power: "potenza reattiva", apparent_power: "potenza apparente",
    power_factor: "fattore di potenza", active_energy: "energia attiva", frequency: "frequenza", dim_level: "livello", lamp_failure: "guasto lampada",
    power_state: "stato", vehicle_count_total: "veicoli contati", average_speed: "velocità media", air_temperature: "temperatura aria", relative_humidity: "umidità relativa",
  },
};

const UNITS = { Cel: "°C", "W.h": "Wh", "V.A": "VA", "V.A{reactive}": "var", "{count}": "", 1: "", "ug/m3": "µg/m³" };

let language = localStorage.getItem("language") || (navigator.language.startsWith("it") ? "it" : "en");

export const text = () => TEXTS[language];
export const locale = () => language;
export const unit = (code) => (code == null ? "" : UNITS[code] ?? code);

export function switchLanguage() {
  language = language === "it" ? "en" : "it";
  localStorage.setItem("language", language);
}

export function fieldName(name) {
  const [, base, phase] = name.match(/^(.*?)(?:_(l[123]))?$/);
  const known = FIELDS[language]?.[base] ?? base.replaceAll("_", " ");
  return phase ? `${known} ${phase.toUpperCase()}` : known;
}

export function shown(value) {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return { it: value ? "sì" : "no", en: value ? "yes" : "no" }[language];
  return typeof value === "number" ? value.toLocaleString(language, { maximumFractionDigits: 3 }) : String(value);
}
