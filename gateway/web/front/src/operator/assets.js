// What the page knows of assets and their alarms. Pure: messages in, states and values out.

/**
 * @typedef {{value?: number|string|boolean|null, unit?: string, quality?: string}} CityValue
 * @typedef {{device: string, time: string, every_s: number, values: Record<string, CityValue>}} Reading
 * @typedef {{asset: string, measurement: string, operator: string, gateway: string, name?: string, readings: Reading[], location?: {coordinates: [number, number]}}} Asset
 * @typedef {{kind: string, subject: string, detail: string, since_ms: number}} Alarm
 * @typedef {CityValue & {name: string, reading: Reading}} NamedValue
 */

/** The fields that the table shows, by measurement, if they have values; otherwise the first three that have. */
const HEADLINE = new Map(Object.entries({
  lamp: ["dim_level", "active_power"], lighting_meter: ["active_power", "voltage_l1", "active_energy"],
  traffic: ["vehicle_count_total", "average_speed"], weather: ["air_temperature", "relative_humidity", "precipitation"],
}));

const STATE_OF_ALARM = new Map(Object.entries({ missing: "missing", no_answer: "silent", lamp_failed: "failed" }));

/** @param {Asset} asset */
export const keyOf = (asset) => `${asset.operator}/${asset.measurement}/${asset.asset}`;

/** @param {Asset} asset @returns {NamedValue[]} */
export const values = (asset) => asset.readings.flatMap((reading) => Object.entries(reading.values).map(([name, value]) => ({ name, reading, ...value })));

/** Return the time of the latest reading in milliseconds; NaN if there is none. @param {Asset} asset */
export const latest = (asset) => (asset.readings.length ? Math.max(...asset.readings.map((reading) => Date.parse(reading.time))) : NaN);

/** @param {Asset} asset @returns {NamedValue[]} */
export function headline(asset) {
  const all = values(asset);
  const named = (HEADLINE.get(asset.measurement) ?? []).flatMap((name) => all.filter((one) => one.name === name));
  const hasValue = (one) => one.value !== undefined && one.value !== null;
  const [usual, any] = [named, all].map((some) => some.filter(hasValue));
  if (usual.length) return usual;
  if (any.length) return any.slice(0, 3);
  return (named.length ? named : all).slice(0, 3);
}

/** Return the state of an asset: failed, silent, missing; on or off for lamps, good for others. @param {Asset} asset @param {Alarm[]} alarms */
export function stateOf(asset, alarms) {
  const alarm = alarms.find((one) => one.subject === asset.asset && STATE_OF_ALARM.has(one.kind));
  if (alarm) return STATE_OF_ALARM.get(alarm.kind);
  if (asset.measurement !== "lamp") return "good";
  return values(asset).some((one) => (one.name === "power_state" && one.value === "on") || (one.name === "dim_level" && Number(one.value) > 0)) ? "lit" : "off";
}

/** States that somebody should look at. */
export const FAULTS = new Set(["failed", "silent", "missing"]);

/**
 * Return the figures of the street: lamps lit and in all, the power in kilowatts at the panels that report it, how many these are and in all,
 * and assets with a fault.
 * @param {Iterable<Asset>} assets @param {Alarm[]} alarms
 */
export function figures(assets, alarms) {
  const found = { lit: 0, lamps: 0, kilowatts: 0, metered: 0, panels: 0, faults: 0 };
  for (const asset of assets) {
    const state = stateOf(asset, alarms);
    if (FAULTS.has(state)) found.faults += 1;
    if (asset.measurement === "lamp") {
      found.lamps += 1;
      if (state === "lit") found.lit += 1;
    }
    if (asset.measurement !== "lighting_meter") continue;
    const power = values(asset).find((one) => one.name === "active_power");
    found.panels += 1;
    if (typeof power?.value !== "number") continue;
    found.metered += 1;
    found.kilowatts += power.value / 1000;
  }
  return found;
}

const FIRST = ["lighting_meter", "lighting_cabinet"], LAST = "lamp";

const rank = (measurement) => (measurement === LAST ? FIRST.length + 1 : FIRST.includes(measurement) ? FIRST.indexOf(measurement) : FIRST.length);

/** Compare measurements: panels and cabinets come first, lamps, of which there are most, last. @param {string} a @param {string} b */
export const byMeasurement = (a, b) => rank(a) - rank(b) || a.localeCompare(b);

const STATES = ["failed", "silent", "missing", "lit", "off", "good"];

/** What the columns of the table are sorted by. @type {Map<string, (asset: Asset, state: string) => unknown[]>} */
const SORT_VALUES = new Map(Object.entries({
  asset: (asset) => [rank(asset.measurement), asset.measurement, asset.asset],
  values: (asset) => [headline(asset)[0]?.value],
  age: (asset) => [-latest(asset)],
  state: (_asset, state) => [STATES.indexOf(state)],
}));

/**
 * Return the keys of assets in the order of a column; those without a value are last, whichever the direction.
 * @param {Asset[]} assets @param {string} column @param {boolean} descending @param {(asset: Asset) => string} state
 */
export function sortedKeys(assets, column, descending, state) {
  const entries = assets.map((asset) => ({ key: keyOf(asset), by: SORT_VALUES.get(column)(asset, state(asset)) }));
  const direction = descending ? -1 : 1;
  const compare = (a, b) => {
    for (const [place, value] of a.by.entries()) {
      const found = isAbsent(value) - isAbsent(b.by[place]) || direction * compareValues(value, b.by[place]);
      if (found) return found;
    }
    return compareValues(a.key, b.key);
  };
  return entries.sort(compare).map(({ key }) => key);
}

const isAbsent = (value) => Number(value === undefined || value === null || Number.isNaN(value));

const collator = new Intl.Collator(undefined, { numeric: true });

const compareValues = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : isAbsent(a) ? 0 : collator.compare(String(a), String(b)));

/** Return what a fragment of an address says; an invalid one says nothing. @param {string} hash */
export function decodedHash(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

/** Return whether an asset is of a measurement ("" for any) and contains some text, in lower case. @param {Asset} asset */
export function matches(asset, measurement, words) {
  return (!measurement || asset.measurement === measurement) && `${asset.asset} ${asset.name ?? ""} ${asset.operator} ${asset.gateway}`.toLowerCase().includes(words);
}
