// Who has acknowledged a situation, and who has not. Pure.
import type { AnswerWord, Item } from "../api.ts";

/** What an organisation says to the present version; `waiting`: it has to answer until `dueMs`; `none`: it was told, and has said nothing. */
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
    if (one.version === said.version) found.set(one.organisation, { organisation: one.organisation, word: one.answer, ...(one.note ? { note: one.note } : {}) });
    else if (!found.has(one.organisation)) found.set(one.organisation, { organisation: one.organisation, word: "none" });
  }
  for (const { organisation, about, due_ms: dueMs } of item.questions ?? []) if (about === "proposal") found.set(organisation, { organisation, word: "waiting", dueMs });
  return [...found.values()].sort((one, other) => ORDER.indexOf(one.word) - ORDER.indexOf(other.word) || (one.organisation < other.organisation ? -1 : 1));
}

/** Return what an organisation says to the present version; null if nothing. */
export function answerOf(item: Item, organisation: string): AnswerWord | null {
  const { acknowledgements, version } = item.feature.properties;
  return acknowledgements?.find((one) => one.organisation === organisation && one.version === version)?.answer ?? null;
}
