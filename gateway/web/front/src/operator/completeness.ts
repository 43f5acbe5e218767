// How complete readings are, hour by hour. Pure: counts in, runs of hours out.

/** Readings of an hour: how many were due, and how many came; null: nothing was reported. */
export type HourCounts = [expected: number, read: number] | null;

export interface CompletenessRow {
  operator: string;
  name: string;
  hours: HourCounts[];
  expected: number;
  read: number;
  causes: Record<string, number>;
}

export interface Gap {
  operator: string;
  gateway: string;
  reported_ms: number;
  reason: string;
  readings?: number;
  from_ms?: number;
  to_ms?: number;
}

export interface Completeness {
  from_ms: number;
  rows: CompletenessRow[];
  gaps: Gap[];
}

/** Below this share, readings are missing; the centre raises an alarm. */
export const COMPLETE = 0.995;

/** Hours that look the same: `share` is 1 if they are complete, null if nothing was reported. */
export interface Run {
  from: number;
  length: number;
  share: number | null;
}

/** Return the share of the readings that came, 1 if none was due. */
export const shareOf = (expected: number, read: number): number => (expected > 0 ? Math.min(1, read / expected) : 1);

/** Return hours in runs, so that a week without a gap is one. */
export function runsOf(hours: HourCounts[]): Run[] {
  const runs: Run[] = [];
  for (const [place, hour] of hours.entries()) {
    const exact = hour && shareOf(...hour), share = exact !== null && exact >= COMPLETE ? 1 : exact;
    const before = runs.at(-1);
    if (before && before.share === share) before.length += 1;
    else runs.push({ from: place, length: 1, share });
  }
  return runs;
}

/** Return the hours, as places, at which a day begins. */
export const dayBegins = (fromMs: number, hours: number): number[] =>
  Array.from({ length: hours }, (_, place) => place).filter((place) => new Date(fromMs + place * 3_600_000).getHours() === 0);
