// What the page knows of assets and what is wrong with them. Pure: messages in, states and values out.

export interface CityValue {
  value?: number | string | boolean | null;
  unit?: string;
  quality?: string;
}

export interface Reading {
  device: string;
  time: string;
  every_s: number;
  values: Record<string, CityValue>;
}

export interface Asset {
  asset: string;
  measurement: string;
  operator: string;
  gateway: string;
  name?: string;
  readings: Reading[];
  location?: { coordinates: [lon: number, lat: number] };
}

/** What is wrong now with an asset, a gateway or the centre. */
export interface Fault {
  kind: string;
  subject: string;
  detail: string;
  since_ms: number;
}

export interface NamedValue extends CityValue {
  name: string;
  reading: Reading;
}

/** What an asset shows: lamps are on or off, others good, unless a fault says something else; "alarm" if only an alarm does. */
export type AssetState = "alarm" | "failed" | "silent" | "missing" | "lit" | "off" | "good";

/** What the table is sorted by. */
export type Column = "asset" | "values" | "age" | "state";

/** The fields that the table shows, by measurement, if they have values; otherwise the first three that have. */
const HEADLINE = new Map<string, string[]>(Object.entries({
  lamp: ["dim_level", "active_power"], lighting_meter: ["active_power", "voltage_l1", "active_energy"],
  traffic: ["vehicle_count_total", "average_speed"], weather: ["air_temperature", "relative_humidity", "precipitation"],
}));

const STATE_OF_FAULT = new Map<string, AssetState>(Object.entries({ missing: "missing", no_answer: "silent", lamp_failed: "failed" }));

export const keyOf = (asset: Asset): string => `${asset.operator}/${asset.measurement}/${asset.asset}`;

export const values = (asset: Asset): NamedValue[] => asset.readings.flatMap((reading) => Object.entries(reading.values).map(([name, value]) => ({ name, reading, ...value })));

/** Return the time of the latest reading in milliseconds; NaN if there is none. */
export const latest = (asset: Asset): number => (asset.readings.length ? Math.max(...asset.readings.map((reading) => Date.parse(reading.time))) : NaN);

/** Return the values of an asset that the table shows. */
export function headline(asset: Asset): NamedValue[] {
  const all = values(asset);
  const named = (HEADLINE.get(asset.measurement) ?? []).flatMap((name) => all.filter((one) => one.name === name));
  const hasValue = (one: NamedValue): boolean => one.value !== undefined && one.value !== null;
  const usual = named.filter(hasValue), any = all.filter(hasValue);
  if (usual.length) return usual;
  if (any.length) return any.slice(0, 3);
  return (named.length ? named : all).slice(0, 3);
}

/** Return the faults of each subject. */
export function faultsBySubject(faults: Fault[]): Map<string, Fault[]> {
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    const mine = found.get(fault.subject);
    if (mine) mine.push(fault);
    else found.set(fault.subject, [fault]);
  }
  return found;
}

/** Return the state of an asset. */
export function stateOf(asset: Asset, faults: Fault[]): AssetState {
  const fault = faults.find((one) => one.subject === asset.asset && STATE_OF_FAULT.has(one.kind));
  if (fault) return STATE_OF_FAULT.get(fault.kind)!;
  if (asset.measurement !== "lamp") return "good";
  return values(asset).some((one) => (one.name === "power_state" && one.value === "on") || (one.name === "dim_level" && Number(one.value) > 0)) ? "lit" : "off";
}

/** States that somebody should look at. */
export const FAULTS: ReadonlySet<AssetState> = new Set(["alarm", "failed", "silent", "missing"]);

/**
 * Return the figures of the street: lamps lit and in all, the power in kilowatts at the panels that report it, how many these are and in all,
 * and assets with a fault.
 */
export function figures(assets: Iterable<Asset>, faults: Fault[]) {
  const bySubject = faultsBySubject(faults);
  const found = { lit: 0, lamps: 0, kilowatts: 0, metered: 0, panels: 0, faults: 0 };
  for (const asset of assets) {
    const state = stateOf(asset, bySubject.get(asset.asset) ?? []);
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

/** Return the rank of a measurement: panels come first, lamps last. */
export const rank = (measurement: string): number => (measurement === LAST ? FIRST.length + 1 : FIRST.includes(measurement) ? FIRST.indexOf(measurement) : FIRST.length);

/** Compare measurements: panels and cabinets come first, lamps, of which there are most, last. */
export const byMeasurement = (a: string, b: string): number => rank(a) - rank(b) || a.localeCompare(b);

const STATES: AssetState[] = ["alarm", "failed", "silent", "missing", "lit", "off", "good"];

/** What the columns of the table are sorted by. */
const SORT_VALUES: Record<Column, (asset: Asset, state: AssetState) => unknown[]> = {
  asset: (asset) => [rank(asset.measurement), asset.measurement, asset.asset],
  values: (asset) => [headline(asset)[0]?.value],
  age: (asset) => [-latest(asset)],
  state: (_asset, state) => [STATES.indexOf(state)],
};

interface Sorted {
  key: string;
  by: unknown[];
}

/** Return the keys of assets in the order of a column; those without a value are last, whichever the direction. */
export function sortedKeys(assets: Asset[], column: Column, descending: boolean, state: (asset: Asset) => AssetState): string[] {
  const entries = assets.map((asset) => ({ key: keyOf(asset), by: SORT_VALUES[column](asset, state(asset)) }));
  const direction = descending ? -1 : 1;
  const compare = (a: Sorted, b: Sorted): number => {
    for (const [place, value] of a.by.entries()) {
      const found = isAbsent(value) - isAbsent(b.by[place]) || direction * compareValues(value, b.by[place]);
      if (found) return found;
    }
    return compareValues(a.key, b.key);
  };
  return entries.sort(compare).map(({ key }) => key);
}

const isAbsent = (value: unknown): number => Number(value === undefined || value === null || Number.isNaN(value));

const collator = new Intl.Collator(undefined, { numeric: true });

const compareValues = (a: unknown, b: unknown): number => (typeof a === "number" && typeof b === "number" ? a - b : isAbsent(a) ? 0 : collator.compare(String(a), String(b)));

/** Return what a fragment of an address says; an invalid one says nothing. */
export function decodedHash(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

/** Return whether an asset is of a measurement ("" for any) and contains some text, in lower case. */
export function matches(asset: Asset, measurement: string, words: string): boolean {
  return (!measurement || asset.measurement === measurement) && `${asset.asset} ${asset.name ?? ""} ${asset.operator} ${asset.gateway}`.toLowerCase().includes(words);
}
