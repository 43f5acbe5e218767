// The words that all pages about assets share: measurements, fields, units, qualities and values. Pure: no document, no storage.
import { inLanguage, locale, type Pair } from "./language.ts";
export { inLanguage, locale, setLanguage, type Language } from "./language.ts";

/** What an asset is: English, Italian. */
const KINDS = new Map<string, Pair>(Object.entries({
  lamp: ["Lamps", "Punti luce"], lighting_meter: ["Panels", "Quadri"], lighting_cabinet: ["Cabinets", "Armadi"], dali_bus: ["DALI buses", "Bus DALI"],
  relay: ["Relays", "Relè"], digital_input: ["Inputs", "Ingressi"], ups: ["UPS", "UPS"], traffic: ["Traffic", "Traffico"], presence: ["Presence", "Presenza"],
  parking_spot: ["Parking spots", "Posti auto"], parking_zone: ["Parking zones", "Parcheggi"], air_quality: ["Air quality", "Qualità dell'aria"],
  noise: ["Noise", "Rumore"], weather: ["Weather", "Meteo"], water: ["Water", "Acque"],
}));

/** Names of fields that are written the same in both languages. */
const SYMBOLS = new Map<string, string>(Object.entries({
  pm1: "PM1", pm25: "PM2.5", pm10: "PM10", no: "NO", no2: "NO₂", nox: "NOx", o3: "O₃", so2: "SO₂", co: "CO", co2: "CO₂",
  laeq: "LAeq", lamax: "LAmax", lamin: "LAmin", las: "LAS", la10: "LA10", la90: "LA90",
}));

/** English names that differ from the field's own. */
const FIELDS_EN = new Map<string, string>(Object.entries({ vehicle_count_total: "vehicles in total", vehicle_count: "vehicles" }));

/** Italian names of the canonical fields; the English one is mostly the field's own. */
const FIELDS_IT = new Map<string, string>(Object.entries({
  above_limit_share: "quota oltre il limite", active: "attivo", active_energy: "energia attiva", active_energy_interval: "energia attiva nel quarto d'ora",
  active_energy_register: "totalizzatore energia attiva", active_power: "potenza attiva", air_quality_index: "indice di qualità dell'aria",
  air_temperature: "temperatura dell'aria", apparent_power: "potenza apparente", available_spots: "posti liberi", average_gap: "distanza media tra veicoli",
  average_headway: "distanziamento medio", average_length: "lunghezza media", average_speed: "velocità media", battery_charge: "carica della batteria",
  battery_current: "corrente di batteria", battery_state: "stato della batteria", battery_temperature: "temperatura della batteria",
  battery_voltage: "tensione di batteria", benzene: "benzene", circuit_breaker_tripped: "interruttore scattato", command_reason: "causa del comando",
  congested: "traffico congestionato", control_gear_comm_failure: "guasto di comunicazione dell'alimentatore", control_gear_temperature: "temperatura dell'alimentatore",
  count: "conteggio", current: "corrente", current_thd: "THD di corrente", cycling_failure: "accensioni ripetute", detected: "presenza rilevata",
  dew_point: "punto di rugiada", dim_level: "livello", dim_level_target: "livello richiesto", dimming_failure: "guasto della regolazione", distance: "distanza",
  door_open: "porta aperta", flooded: "allagato", frequency: "frequenza", gust_speed: "velocità delle raffiche", illuminance: "illuminamento", input_voltage: "tensione in ingresso",
  lamp_failure: "guasto lampada", level: "livello dell'acqua", lamp_unexpected_on: "accensione imprevista", leakage_detected: "dispersione rilevata", light_level: "illuminamento",
  light_source_current: "corrente della sorgente", light_source_temperature: "temperatura della sorgente", light_source_voltage: "tensione della sorgente",
  local_override: "comando locale", max_demand_power: "potenza massima prelevata", motion: "movimento", neutral_current: "corrente di neutro", occupancy: "occupazione",
  occupied: "occupato", occupied_duration: "durata dell'occupazione", occupied_spots: "posti occupati", on_battery: "alimentazione da batteria",
  operating_time: "ore di funzionamento", out_of_service_spots: "posti fuori servizio", output_current: "corrente in uscita", output_voltage: "tensione in uscita",
  overheated: "surriscaldato", power_factor: "fattore di potenza", power_state: "stato", powered: "alimentato", precipitation: "precipitazione",
  precipitation_rate: "intensità di precipitazione", reactive_energy: "energia reattiva", reactive_energy_interval: "energia reattiva nel quarto d'ora",
  reactive_energy_register: "totalizzatore energia reattiva", reactive_power: "potenza reattiva", relative_humidity: "umidità relativa", relay_state: "stato del relè",
  model: "modello", serial_number: "numero di serie", firmware_version: "versione del firmware", reliability: "affidabilità", sea_level_pressure: "pressione al livello del mare", solar_radiation: "radiazione solare", sound_level: "livello sonoro", state: "stato",
  station_pressure: "pressione in stazione", status: "stato", supply_current: "corrente di alimentazione", supply_loss: "mancanza di alimentazione",
  supply_loss_count: "mancanze di alimentazione", supply_voltage: "tensione di alimentazione", switch_on_count: "accensioni", switching_error_off: "mancato spegnimento",
  switching_error_on: "mancata accensione", temperature: "temperatura", total_spots: "posti totali", vehicle_count: "veicoli", vehicle_count_total: "veicoli totali",
  voc_total: "COV totali", voltage: "tensione", voltage_thd: "THD di tensione", wind_direction: "direzione del vento", wind_speed: "velocità del vento",
  working_mode: "modalità di funzionamento",
}));

/** OPC UA qualities: English, Italian. */
const QUALITIES = new Map<string, Pair>(Object.entries({
  Good: ["valid", "valido"], GoodClamped: ["valid, limited to the range", "valido, limitato al campo"], GoodLocalOverride: ["local override", "comando locale"],
  GoodNoData: ["no reading expected", "nessuna lettura prevista"],
  UncertainNoCommunicationLastUsableValue: ["last value before communication was lost", "ultimo valore prima della perdita di comunicazione"],
  UncertainLastUsableValue: ["last usable value", "ultimo valore utilizzabile"], UncertainSubstituteValue: ["substitute value", "valore sostitutivo"],
  UncertainInitialValue: ["initial value", "valore iniziale"], UncertainSensorNotAccurate: ["sensor inaccurate", "sensore impreciso"],
  UncertainEngineeringUnitsExceeded: ["outside the sensor's range", "oltre il campo del sensore"], UncertainDataSubNormal: ["based on too little data", "calcolato su dati insufficienti"],
  BadCommunicationError: ["communication error", "errore di comunicazione"], BadDecodingError: ["unreadable response", "risposta non interpretabile"],
  BadTimeout: ["response timed out", "tempo di risposta scaduto"], BadNoCommunication: ["not responding", "non risponde"],
  BadWaitingForInitialData: ["waiting for the first value", "in attesa del primo valore"], BadOutOfRange: ["out of range", "fuori campo"],
  BadNotSupported: ["not supported by the device", "non supportato dal dispositivo"], BadConfigurationError: ["configuration error", "errore di configurazione"],
  BadNotConnected: ["sensor not connected", "sensore non collegato"], BadDeviceFailure: ["device failure", "guasto del dispositivo"],
  BadSensorFailure: ["sensor failure", "guasto del sensore"], BadOutOfService: ["out of service", "fuori servizio"], BadNoData: ["no data", "nessun dato"],
  BadDataLost: ["data lost", "dati persi"],
}));

/** Italian words for values that are text. */
const WORDS_IT = new Map<string, string>(Object.entries({
  on: "acceso", off: "spento", none: "nessuno", moving: "in movimento", still: "fermo", "moving and still": "in movimento e fermo", free: "libero", occupied: "occupato",
}));

const UNITS = new Map<string, string>(Object.entries({
  Cel: "°C", "W.h": "kWh", "V.A": "VA", "V.A{reactive}": "var", "V.A.h{reactive}": "kvarh", "{count}": "", 1: "", "ug/m3": "µg/m³", "mg/m3": "mg/m³", "W/m2": "W/m²",
  "[ppb]": "ppb", "[ppm]": "ppm", deg: "°", "dB[SPL]{A}": "dB(A)",
}));

/** Units of which thousands are shown. */
const IN_THOUSANDS = new Set(["W.h", "V.A.h{reactive}"]);

const YES_NO = { en: ["no", "yes"], it: ["no", "sì"] };

/** Return how a unit is written; `code` is UCUM's. */
export const unit = (code?: string | null): string => (code == null ? "" : UNITS.get(code) ?? code);

/** Return a value in the unit that is shown. */
export const inUnit = (value: unknown, code?: string | null): unknown => (typeof value === "number" && code != null && IN_THOUSANDS.has(code) ? value / 1000 : value);

export const kindName = (kind: string): string => (KINDS.has(kind) ? inLanguage(KINDS.get(kind)!) : kind.replaceAll("_", " "));

export function fieldName(name: string): string {
  const [, base = name, phase] = name.match(/^(.*?)(?:_(l[123]))?$/) ?? [];
  const known = SYMBOLS.get(base) ?? (locale() === "it" ? FIELDS_IT : FIELDS_EN).get(base) ?? base.replaceAll("_", " ");
  return phase ? `${known} ${phase.toUpperCase()}` : known;
}

export function qualityText(quality = "Good"): string {
  const known = QUALITIES.get(quality);
  return known ? inLanguage(known) : quality;
}

/** Return "no" or "yes". */
export const yesNo = (value: boolean): string => YES_NO[locale()][Number(value)]!;

export function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return yesNo(value);
  if (typeof value === "number") return value.toLocaleString(locale(), { maximumFractionDigits: 3 });
  return (locale() === "it" ? WORDS_IT.get(String(value)) : undefined) ?? String(value);
}
