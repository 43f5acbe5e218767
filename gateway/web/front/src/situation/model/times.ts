// Days and times in the time zone of the site. Pure.
import { locale } from "../../shared/language.ts";
import type { Timing } from "../api.ts";

export const DAY_MS = 86_400_000;

const DAY_LENGTH = "2026-12-04".length;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) formats.set(key, found = new Intl.DateTimeFormat(locale() === "it" ? "it-IT" : "en-GB", { timeZone: zone, ...options }));
  return found;
}

export const clockText = (ms: number, zone: string): string => format(zone, { hour: "2-digit", minute: "2-digit" }).format(ms);

export const dayText = (ms: number, zone: string): string => format(zone, { weekday: "short", day: "numeric", month: "short" }).format(ms);

export const longDayText = (ms: number, zone: string): string => format(zone, { weekday: "long", day: "numeric", month: "long" }).format(ms);

/** Return the clock of today's instants, and the day of others. */
export const whenText = (ms: number, nowMs: number, zone: string): string =>
  (dayText(ms, zone) === dayText(nowMs, zone) && Math.abs(ms - nowMs) < 2 * DAY_MS ? clockText(ms, zone) : `${dayText(ms, zone)}, ${clockText(ms, zone)}`);

/** Return until when something is due: what is due at midnight is due at the end of the day before. */
export const dueText = (ms: number, nowMs: number, zone: string): string => (midnight(ms, zone) === ms ? dayText(ms - 1, zone) : whenText(ms, nowMs, zone));

/** Return by how much local time is ahead of UTC at an instant, in milliseconds. */
function aheadMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(ms);
  const part = (name: string): number => Number(parts.find((one) => one.type === name)!.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")) - Math.floor(ms / 60_000) * 60_000;
}

/** Return the midnight at which the local day of an instant begins; days of 23 and 25 hours included. */
export function midnight(ms: number, zone: string): number {
  const local = ms + aheadMs(ms, zone), utc = Math.floor(local / DAY_MS) * DAY_MS;
  const first = utc - aheadMs(ms, zone);
  return utc - aheadMs(first, zone);
}

/** Return the midnights of days, the first of which begins at one. */
export function midnights(firstMs: number, count: number, zone: string): number[] {
  return Array.from({ length: count }, (_, number) => midnight(firstMs + number * DAY_MS + DAY_MS / 2, zone));
}

/** Return when something happens in few words; a last day is part of it. */
export function spanText(timing: Timing, zone: string): string {
  const begin = timing.actual_start ?? timing.planned_start, end = timing.actual_end ?? timing.planned_end;
  const text = (one: string): string => {
    const isDay = one.length === DAY_LENGTH, ms = isDay ? Date.parse(`${one}T12:00:00Z`) : Date.parse(one);
    return isDay ? dayText(ms, "UTC") : `${dayText(ms, zone)}, ${clockText(ms, zone)}`;
  };
  if (!end) return `${text(begin)} →`;
  const first = text(begin), last = text(end);
  const day = (one: string): string => one.split(", ").slice(0, -1).join(", ");
  if (first === last) return first;
  return begin.length > DAY_LENGTH && end.length > DAY_LENGTH && day(first) === day(last) ? `${first}–${last.split(", ").at(-1)}` : `${first} – ${last}`;
}

/** Return how long ago or ahead an instant is, in the largest unit that fits. */
export function distanceText(ms: number, nowMs: number): string {
  const minutes = Math.round((ms - nowMs) / 60_000), size = Math.abs(minutes);
  const [value, unit]: [number, Intl.RelativeTimeFormatUnit] = size < 60 ? [minutes, "minute"] : size < 60 * 48 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  return new Intl.RelativeTimeFormat(locale() === "it" ? "it-IT" : "en-GB", { numeric: "always", style: "short" }).format(value, unit);
}
