// A scan as the page follows it. Pure.
import { say } from "../../shared/say.ts";
import type { Found, ScanEnd, ScanProgress, ScanState } from "../api.ts";

/** What the gateway tells: the whole state when the page connects, then one event at a time. */
export interface ScanEvent {
  state?: ScanState;
  found?: Found;
  also_at?: { unit: number; settings: string };
  progress?: ScanProgress;
  end?: ScanEnd;
}

export const NO_SCAN: ScanState = { running: false, target: null, mode: "quick", found: [], progress: null, total_s: null, end: null };

/** Return the state of a scan after an event. */
export function afterEvent(before: ScanState, { state, found, also_at: alsoAt, progress, end }: ScanEvent): ScanState {
  if (state) return state;
  if (found) return { ...before, found: [...before.found.filter((one) => !isSame(one, found)), found] };
  if (alsoAt) return { ...before, found: before.found.map((one) => (one.unit === alsoAt.unit ? { ...one, also_at: [...one.also_at, alsoAt.settings] } : one)) };
  if (progress) return { ...before, progress, total_s: Math.max(before.total_s ?? 0, progress.left_s) };
  return end ? { ...before, running: false, end, progress: null } : before;
}

const isSame = (one: Found, other: Found): boolean => one.unit === other.unit && one.settings === other.settings;

/** Return how much of a scan is done, from 0 to 1. */
export const shareDone = ({ progress, total_s: totalS }: ScanState): number => (progress && totalS ? Math.max(0, Math.min(1, 1 - progress.left_s / totalS)) : 0);

/** Return how much time is left, in words. */
export function leftText(leftS: number): string {
  if (leftS < 90) return say(`about ${Math.max(1, Math.round(leftS))} s left`, `ancora circa ${Math.max(1, Math.round(leftS))} s`);
  return say(`about ${Math.round(leftS / 60)} min left`, `ancora circa ${Math.round(leftS / 60)} min`);
}
