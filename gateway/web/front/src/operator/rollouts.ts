// What the page knows of roll-outs of firmware. Pure: the centre's messages in, rows out.

/** A text in English and Italian. */
interface Bilingual {
  en: string;
  it: string;
}

export type Stages = Record<string, number>;

/** A roll-out as the centre publishes it; `wave` is the present one, 0 are the canaries. */
export interface Rollout {
  id: string;
  firmware: { target: string; model: string; version: string };
  state: string;
  by: string;
  begun: string;
  deadline: string;
  operators: string[];
  wave: number;
  waves: { devices: number; stages: Stages }[];
  stages: Stages;
  why?: Bilingual;
  ended?: string;
}

/** How many devices are how far. */
export interface RolloutCounts {
  waiting: number;
  inHand: number;
  watched: number;
  healthy: number;
  failed: number;
  leftOut: number;
}

/** Return how many devices of a roll-out are how far. */
export function countsOf({ stages }: Rollout): RolloutCounts {
  const of = (...names: string[]): number => names.reduce((sum, name) => sum + (stages[name] ?? 0), 0);
  return { waiting: of("waiting"), inHand: of("ordered", "running"), watched: of("watched"), healthy: of("healthy"), failed: of("failed"), leftOut: of("refused", "unreached") };
}

/** Return the roll-outs to show: those that have not ended, and those that ended within a week; all of them if there are none of these. */
export function toShow(rollouts: Rollout[], nowMs: number): Rollout[] {
  const recent = rollouts.filter((one) => !one.ended || nowMs - Date.parse(one.ended) < 7 * 86_400_000);
  return recent.length ? recent : rollouts.slice(0, 1);
}
