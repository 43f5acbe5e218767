// The board as it changes. Pure.
import type { Board, Change, Conflict, Item } from "../api.ts";

const NEWS_MOST = 60;
const PAST_MS = 86_400_000;

/** Return a board after a change. Who is in whose way is so on both sides: what changed says it, others are made to agree. */
export function changed(board: Board, change: Change): Board {
  const fresh = new Map(change.items.map((item) => [item.feature.id, item])), gone = new Set(change.gone);
  const kept = board.items.filter((item) => !fresh.has(item.feature.id) && !gone.has(item.feature.id)).map((item) => agreeing(item, fresh, gone));
  const known = new Set(board.news.map((one) => one.number));
  const news = [...board.news, ...change.news.filter((one) => !known.has(one.number))].slice(-NEWS_MOST);
  return { ...board, now_ms: change.now_ms, items: [...kept, ...change.items], news };
}

/** Return an item whose conflicts are those that changed items say. */
function agreeing(item: Item, fresh: ReadonlyMap<string, Item>, gone: ReadonlySet<string>): Item {
  const conflicts = (item.conflicts ?? []).filter((one) => !fresh.has(one.id) && !gone.has(one.id));
  for (const [id, other] of fresh) {
    const back = other.conflicts?.find((one) => one.id === item.feature.id);
    if (back) conflicts.push({ ...back, id });
  }
  return { ...item, conflicts };
}

export const isOver = (item: Item): boolean => item.feature.properties.state === "ended" || item.feature.properties.state === "cancelled";

export const isActive = (item: Item): boolean => item.feature.properties.state === "active";

export const isExercise = (item: Item): boolean => (item.feature.properties.information_status ?? "real") !== "real";

/** Return the ids of situations that are the probable cause of one. */
export const causesOf = (item: Item): string[] => (item.feature.properties.related ?? []).filter((one) => one.relation === "caused_by").map((one) => one.id);

/** Return the items in the order of the wall: what goes on, what comes, what is over since a day at most. */
export function inOrder(items: Item[], nowMs: number): Item[] {
  const rank = (item: Item): number => (isOver(item) ? 2 : isActive(item) ? 0 : 1);
  return items.filter((item) => !isOver(item) || (item.to_ms ?? nowMs) > nowMs - PAST_MS)
    .sort((one, other) => rank(one) - rank(other) || one.from_ms - other.from_ms || (one.feature.id < other.feature.id ? -1 : 1));
}

/** Two situations in each other's way, and why. */
export interface Pair {
  ids: [string, string];
  conflict: Conflict;
}

/** Return each conflict once, of items that are all shown. */
export function pairs(items: Item[]): Pair[] {
  const shown = new Set(items.map((item) => item.feature.id));
  return items.flatMap((item) => (item.conflicts ?? []).filter((one) => item.feature.id < one.id && shown.has(one.id))
    .map((conflict): Pair => ({ ids: [item.feature.id, conflict.id], conflict })));
}
