// The time that the wall shows: from the past day to the next two weeks. Pure.
import type { Item } from "../api.ts";
import { DAY_MS, midnight, midnights } from "./times.ts";

export const DAYS = 16;

/** The window of time: the midnights of its days, and its end. */
export interface Window {
  days: number[];
  fromMs: number;
  toMs: number;
}

/** Return the window around an instant: from the midnight of the day before. */
export function windowAt(nowMs: number, zone: string): Window {
  const days = midnights(midnight(nowMs - DAY_MS, zone), DAYS + 1, zone);
  return { days: days.slice(0, -1), fromMs: days[0]!, toMs: days[DAYS]! };
}

/** Return where an instant is in the window, as a share; outside of it, at its edge. */
export const shareOf = (ms: number, window: Window): number => Math.min(1, Math.max(0, (ms - window.fromMs) / (window.toMs - window.fromMs)));

/** Where the bar of a situation is, as shares, and whether it goes on beyond the window. */
export interface Bar {
  left: number;
  width: number;
  isCutLeft: boolean;
  isCutRight: boolean;
}

const LEAST = 0.018;

/** Return the bar of a situation; null if it is outside of the window. */
export function barOf(item: Item, window: Window, nowMs: number): Bar | null {
  const isLate = item.feature.properties.overrunning ?? false, endMs = isLate ? Math.max(nowMs, item.to_ms ?? nowMs) : item.to_ms ?? Infinity;
  if (item.from_ms >= window.toMs || endMs <= window.fromMs) return null;
  const left = shareOf(item.from_ms, window), right = Math.max(shareOf(endMs, window), left + LEAST);
  return { left: Math.min(left, 1 - LEAST), width: Math.min(right, 1) - Math.min(left, 1 - LEAST), isCutLeft: item.from_ms < window.fromMs, isCutRight: endMs > window.toMs };
}
