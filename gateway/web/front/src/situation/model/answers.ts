// Who has acknowledged a situation, and who has not. Pure.
import type { Acknowledgement, AnswerWord, Item } from "../api.ts";

/** What an organisation says to the present content; `waiting`: it has to answer until `dueMs`; `none`: it was told, and has said nothing. */
export interface Answer {
  organisation: string;
  word: AnswerWord | "waiting" | "none";
  note?: string;
  dueMs?: number;
}

const ORDER: Answer["word"][] = ["objected", "waiting", "accepted", "seen", "none"];

/** Return what every organisation that is concerned says: first who objects, then who has to answer. */
export function answersOf(item: Item): Answer[] {
  const said = item.feature.properties, found = new Map<string, Answer>();
  for (const organisation of said.audience?.organisations ?? []) if (organisation !== said.owner) found.set(organisation, { organisation, word: "none" });
  for (const one of said.acknowledgements ?? []) {
    if (counts(item, one)) found.set(one.organisation, { organisation: one.organisation, word: one.answer, ...(one.note ? { note: one.note } : {}) });
    else if (!found.has(one.organisation)) found.set(one.organisation, { organisation: one.organisation, word: "none" });
  }
  for (const { organisation, about, due_ms: dueMs } of item.questions ?? []) if (about === "proposal") found.set(organisation, { organisation, word: "waiting", dueMs });
  return [...found.values()].sort((one, other) => ORDER.indexOf(one.word) - ORDER.indexOf(other.word) || (one.organisation < other.organisation ? -1 : 1));
}

/** Return whether an answer is about what its owner says now. */
const counts = (item: Item, one: Acknowledgement): boolean => one.version >= (item.content_version ?? 1);

/** Return what an organisation says to the present content; null if nothing. */
export function answerOf(item: Item, organisation: string): AnswerWord | null {
  return item.feature.properties.acknowledgements?.findLast((one) => one.organisation === organisation && counts(item, one))?.answer ?? null;
}
