// The words of the Situation Room's pages. Pure.
import { say } from "../shared/say.ts";
import { locale } from "../shared/language.ts";
import type { AnswerWord, Board, News, OwnText, Properties, State } from "./api.ts";
import type { Answer } from "./model/answers.ts";
import type { Reason } from "./model/attention.ts";

/** Return an organisation's text in the page's language, or in Italian. */
export const own = (text: OwnText): string => (locale() === "en" && text.en ? text.en : text.it);

/** Return the language of an organisation's text as it is shown, if it is not that of the page. */
export const langOf = (text: OwnText): string | undefined => (locale() === "en" && !text.en ? "it" : undefined);

export const kindText = (kind: string): string => {
  const pair = KINDS[kind] ?? KINDS.other!;
  return say(...pair);
};

const KINDS: Record<string, [string, string]> = {
  roadworks: ["Works", "Lavori"], closure: ["Closure", "Chiusura"], traffic: ["Traffic", "Traffico"], accident: ["Accident", "Incidente"], parking: ["Parking", "Parcheggio"],
  outage: ["Outage", "Interruzione"], damage: ["Damage", "Danno"], lighting: ["Lighting", "Illuminazione"], environment: ["Environment", "Ambiente"], publicevent: ["Event", "Evento"],
  safety: ["Safety", "Sicurezza"], other: ["Notice", "Avviso"],
};

export const KIND_NAMES = Object.keys(KINDS);

const STATES: Record<State, [string, string]> = {
  proposed: ["proposed", "proposto"], planned: ["planned", "pianificato"], confirmed: ["confirmed", "confermato"], active: ["under way", "in corso"], ended: ["ended", "terminato"],
  cancelled: ["cancelled", "annullato"],
};

/** Return the state of a situation, with what is overdue. */
export function stateText(said: Properties): string {
  if (said.overrunning) return say("longer than planned", "oltre il termine");
  if (said.start_unconfirmed) return say("start not confirmed", "inizio non confermato");
  return say(...STATES[said.state]);
}

export const answerText = (word: Answer["word"]): string => ({
  accepted: say("accepted", "accettato"), objected: say("objects", "si oppone"), seen: say("seen", "visto"), waiting: say("has to answer", "deve rispondere"), none: say("no answer", "nessuna risposta"),
})[word];

export const yourAnswer = (word: AnswerWord): string => ({
  accepted: say("You have accepted", "Hai accettato"), objected: say("You have objected", "Hai obiettato"), seen: say("You have seen it", "L'hai visto"),
})[word];

export const reasonText = (reason: Reason): string => ({
  answer: say("Your answer is awaited", "Si attende la tua risposta"), start: say("Has it begun?", "È iniziato?"), end: say("Has it ended?", "È terminato?"),
  confirm: say("Confirm that it begins", "Conferma che inizia"), conflict: say("In conflict with other works", "In conflitto con altri lavori"), read: say("For your information", "Per tua conoscenza"),
})[reason];

const GROUNDS: Record<string, [string, string]> = {
  street: ["same street", "stessa strada"], geometry: ["same place", "stesso luogo"], junction: ["same junction", "stesso incrocio"], detour: ["detour leads over it", "il percorso alternativo ci passa"],
  no_dig: ["resurfaced there", "asfalto nuovo"],
};

export const groundText = (ground: string): string => (GROUNDS[ground] ? say(...GROUNDS[ground]) : ground);

export const titleOf = (board: Board, organisation: string): string => board.organisations[organisation]?.title ?? organisation;

/** Who did what: the parts of a sentence about a headline. `tone` is how it is shown. */
export interface NewsSentence {
  who: string;
  did: string;
  tone: "new" | "good" | "bad" | "late" | "begin" | "end" | "note";
}

/** Return what happened in words: the organisation, then what it did; the headline of the situation follows. What follows from the rules has no organisation. */
export function newsSentence(board: Board, one: News): NewsSentence {
  const who = one.organisation ? titleOf(board, one.organisation) : "";
  const told = (did: [string, string], tone: NewsSentence["tone"]): NewsSentence => ({ who, did: say(...did), tone });
  if (one.answer) return told(ANSWERED[one.answer], ANSWER_TONES[one.answer]);
  if (one.action === "publish") return told(PUBLISHED[one.state] ?? ["announces", "annuncia"], one.state === "active" ? "begin" : "new");
  if (one.action === "begin" && !who) return told(["Begins as planned:", "Inizia come previsto:"], "begin");
  return told(...(DONE[one.action] ?? [["changed", "ha modificato"], "note"] as const));
}

const ANSWERED: Record<AnswerWord, [string, string]> = { accepted: ["accepts", "accetta"], objected: ["objects to", "si oppone a"], seen: ["has seen", "ha visto"] };

const ANSWER_TONES: Record<AnswerWord, NewsSentence["tone"]> = { accepted: "good", objected: "bad", seen: "note" };

const PUBLISHED: Partial<Record<State, [string, string]>> = { proposed: ["proposes", "propone"], active: ["reports", "segnala"], planned: ["announces", "annuncia"] };

const DONE: Record<string, readonly [[string, string], NewsSentence["tone"]]> = {
  update: [["changes", "modifica"], "new"], confirm: [["confirms", "conferma"], "good"], begin: [["begins", "inizia"], "begin"], end: [["has ended", "ha terminato"], "end"],
  cancel: [["cancels", "annulla"], "bad"], "take-back": [["takes back its last step:", "ritira l'ultimo passo:"], "note"], comment: [["comments on", "commenta"], "note"],
  "accept-by-silence": [["Nobody objected in time:", "Nessuno si è opposto in tempo:"], "good"], "pass-start": [["Nobody has confirmed the start of", "Nessuno ha confermato l'inizio di"], "late"],
  lapse: [["Cancelled, as nobody confirmed it:", "Annullato, perché nessuno l'ha confermato:"], "bad"], overrun: [["Takes longer than planned:", "Dura più del previsto:"], "late"],
};
