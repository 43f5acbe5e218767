// What the page knows of assets and their alarms. Pure: messages in, states and values out.

/**
 * @typedef {{value?: number|string|boolean|null, unit?: string, quality?: string}} CityValue
 * @typedef {{device: string, time: string, every_s: number, values: Record<string, CityValue>}} Reading
 * @typedef {{asset: string, measurement: string, operator: string, name?: string, readings: Reading[], location?: {coordinates: [number, number]}}} Asset
 * @typedef {{kind: string, subject: string, detail: string, since_ms: number}} Alarm
 * @typedef {CityValue & {name: string, reading: Reading}} NamedValue
 */

/** The fields that the table shows, by measurement; of others, the first three with a value. */
const HEADLINE = new Map(Object.entries({
  lamp: ["dim_level", "active_power"], lighting_meter: ["active_power", "voltage_l1", "active_energy"],
  traffic: ["vehicle_count_total", "average_speed"], weather: ["air_temperature", "relative_humidity"],
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
  const found = (HEADLINE.get(asset.measurement) ?? []).flatMap((name) => all.filter((one) => one.name === name));
  if (found.length) return found;
  const present = all.filter((one) => one.value !== undefined && one.value !== null);
  return (present.length ? present : all).slice(0, 3);
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

/** Return whether an asset is of a measurement ("" for any) and contains some text, in lower case. @param {Asset} asset */
export function matches(asset, measurement, words) {
  return (!measurement || asset.measurement === measurement) && `${asset.asset} ${asset.name ?? ""} ${asset.operator}`.toLowerCase().includes(words);
}

/** Return how old a time is, in words that both languages share. */
export function ageText(tMs, nowMs) {
  if (Number.isNaN(tMs)) return "–";
  const seconds = Math.max(0, Math.round((nowMs - tMs) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/**
 * Return points as a chart's times (seconds) and numbers, with an empty point where readings are missing, so that no line is drawn there.
 * @param {[number, unknown][]} points times in milliseconds @param {number} apartS the largest distance between points without a gap
 */
export function seriesOf(points, apartS) {
  const times = [], numbers = [];
  for (const [tMs, value] of points) {
    const number = numberOf(value);
    if (number === null) continue;
    const before = times.at(-1), t = tMs / 1000;
    if (before !== undefined && t - before > apartS) {
      times.push((before + t) / 2);
      numbers.push(null);
    }
    times.push(t);
    numbers.push(number);
  }
  return [times, numbers];
}

/** Return a point of a chart as a number; null if it can't be drawn. */
export function numberOf(value) {
  if (value === "on" || value === "off") return Number(value === "on");
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : null;
}
