// What needs an organisation, the most urgent first. Pure.
import type { Item, Verb } from "../api.ts";
import { answerOf } from "./answers.ts";
import { isActive, isOver } from "./board.ts";

/** Why something needs the organisation. */
export type Reason = "answer" | "start" | "end" | "confirm" | "conflict" | "read";

/** Something that needs the organisation: why, until when, and what it can do. */
export interface Need {
  item: Item;
  reason: Reason;
  dueMs: number | null;
  verbs: Verb[];
}

/** An own planned situation is to be confirmed in so long before its start. */
const CONFIRM_BEFORE_MS = 3 * 86_400_000;

const URGENCY: Reason[] = ["start", "end", "answer", "confirm", "conflict", "read"];

const VERBS: Record<Reason, Verb[]> = {
  answer: ["acknowledge"], start: ["begin", "cancel"], end: ["end"], confirm: ["confirm"], conflict: [], read: ["acknowledge"],
};

/** What needs an organisation, and the rest: what goes on and what comes. */
export interface Duties {
  needs: Need[];
  active: Item[];
  coming: Item[];
}

/** Return what an organisation has to do. Each situation is there once, with its most urgent reason. */
export function dutiesOf(items: Item[], organisation: string, nowMs: number): Duties {
  const needs: Need[] = [], rest: Item[] = [];
  for (const item of items) {
    if (isOver(item)) continue;
    const need = needOf(item, organisation, nowMs);
    if (need) needs.push(need);
    else rest.push(item);
  }
  needs.sort((one, other) => rank(one) - rank(other) || (one.dueMs ?? one.item.from_ms) - (other.dueMs ?? other.item.from_ms) || (one.item.feature.id < other.item.feature.id ? -1 : 1));
  return { needs, active: rest.filter(isActive), coming: rest.filter((item) => !isActive(item)) };
}

const rank = (need: Need): number => URGENCY.indexOf(need.reason);

function needOf(item: Item, organisation: string, nowMs: number): Need | null {
  const said = item.feature.properties, isOwn = said.owner === organisation, can = item.can ?? [];
  const need = (reason: Reason, dueMs: number | null): Need => ({ item, reason, dueMs, verbs: VERBS[reason].filter((verb) => can.includes(verb)) });
  const asked = item.questions?.find((one) => one.organisation === organisation);
  if (asked) return need(asked.about === "proposal" ? "answer" : asked.about, asked.due_ms);
  if (isOwn && said.state === "planned" && item.from_ms - nowMs < CONFIRM_BEFORE_MS) return need("confirm", item.from_ms);
  if (isOwn && item.conflicts?.length) return need("conflict", null);
  const isTold = said.audience?.organisations?.includes(organisation) ?? false;
  return !isOwn && isTold && item.is_whole && answerOf(item, organisation) === null ? need("read", null) : null;
}
