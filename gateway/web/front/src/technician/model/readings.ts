// What is shown of a device's readings. Pure.
import type { LiveReading, LiveValue } from "../api.ts";

/** Fields that say most about a device, the best first. */
const FIRST = ["active_power", "dim_level", "air_temperature", "vehicle_count_total", "vehicle_count", "laeq", "pm25", "occupied", "voltage_l1", "battery_charge"];

/** Return the value that stands for a device in a list; null if none has a value. */
export function headline(readings: LiveReading[]): LiveValue | null {
  const all = readings.flatMap((reading) => reading.values).filter((one) => one.value !== null);
  return FIRST.flatMap((field) => all.filter((one) => one.field === field))[0] ?? all[0] ?? null;
}

/** Return the time of the latest reading; NaN if there is none. */
export const latestMs = (readings: LiveReading[]): number => (readings.length ? Math.max(...readings.map((one) => one.t_ms)) : NaN);
