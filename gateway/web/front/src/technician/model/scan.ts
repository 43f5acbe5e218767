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

/** A scan, whether the gateway has told it yet, and the longest time that was left of it: what the share that is done is measured by. */
export interface FollowedScan extends ScanState {
  known: boolean;
  totalS: number;
}

export const NO_SCAN: FollowedScan = { running: false, target: null, rtu_over_tcp: false, line: null, found: [], progress: null, end: null, known: false, totalS: 0 };

/** Return the state of a scan after an event. */
export function afterEvent(before: FollowedScan, { state, found, also_at: alsoAt, progress, end }: ScanEvent): FollowedScan {
  if (state) return { ...state, known: true, totalS: state.progress?.left_s ?? 0 };
  if (found) return { ...before, found: [...before.found.filter((one) => !isSame(one, found)), found] };
  if (alsoAt) return { ...before, found: before.found.map((one) => (one.unit === alsoAt.unit ? { ...one, also_at: [...one.also_at, alsoAt.settings] } : one)) };
  if (progress) return { ...before, progress, totalS: Math.max(before.totalS, progress.left_s) };
  return end ? { ...before, running: false, end, progress: null } : before;
}

const isSame = (one: Found, other: Found): boolean => one.unit === other.unit && one.settings === other.settings;

/** Return how much of a scan is done, from 0 to 1. */
export const shareDone = ({ progress, totalS }: FollowedScan): number => (progress && totalS ? Math.max(0, Math.min(1, 1 - progress.left_s / totalS)) : 0);

/** Return how much time is left, in words. */
export function leftText(leftS: number): string {
  if (leftS < 90) return say(`about ${Math.max(1, Math.round(leftS))}\u00a0s left`, `ancora circa ${Math.max(1, Math.round(leftS))}\u00a0s`);
  return say(`about ${Math.round(leftS / 60)}\u00a0min left`, `ancora circa ${Math.round(leftS / 60)}\u00a0min`);
}
