// What a person does with one tap.
import { useId, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { AnswerWord, Item, Verb } from "../api.ts";
import { act, requestNumber } from "../client.ts";
import type { Shown } from "./shown.ts";

/** A button: what is done, with which body; `asks`: what must be written first. */
interface Deed {
  verb: Verb;
  name: string;
  look: string;
  body: (note: string) => object;
  asks?: string;
}

function deedsOf(item: Item, verbs: Verb[], isToRead: boolean, isQuiet: boolean): Deed[] {
  const { version } = item.feature.properties;
  const answer = (word: AnswerWord, name: string, look: string, asks?: string): Deed =>
    ({ verb: "acknowledge", name, look, body: (note) => ({ answer: word, version, ...(note ? { note } : {}) }), ...(asks ? { asks } : {}) });
  const objected = answer("objected", say("Object…", "Opponiti…"), "bad", say("Why? The owner reads it.", "Perché? Lo legge il titolare.")), seen = (look: string): Deed => answer("seen", say("Seen", "Visto"), look);
  const found: Partial<Record<Verb, Deed[]>> = {
    acknowledge: isToRead ? [seen("good"), objected] : [answer("accepted", say("Accept", "Accetta"), "good"), objected, seen("")],
    confirm: [{ verb: "confirm", name: say("Confirm", "Conferma"), look: "good", body: () => ({}) }],
    begin: [{ verb: "begin", name: say("It has begun", "È iniziato"), look: "good", body: () => ({}) }],
    end: [{ verb: "end", name: say("It is over", "È terminato"), look: isQuiet ? "" : "good", body: () => ({}) }],
    cancel: [{ verb: "cancel", name: say("Cancel…", "Annulla…"), look: "bad", body: (reason) => ({ reason }), asks: say("Why is it cancelled?", "Perché si annulla?") }],
    "take-back": [{ verb: "take-back", name: say("Take the last step back", "Ritira l'ultimo passo"), look: "", body: () => ({}) }],
  };
  return verbs.flatMap((verb) => found[verb] ?? []);
}

/** The buttons for verbs; a note is asked for where it is needed. What failed can be sent again, and is done once. `isToRead`: nobody waits for an answer. */
export function Actions({ item, verbs, shown, isToRead = false, isQuiet = false }: { item: Item; verbs: Verb[]; shown: Shown; isToRead?: boolean; isQuiet?: boolean }) {
  const [asking, setAsking] = useState<Deed | null>(null), [note, setNote] = useState("");
  const [busy, setBusy] = useState(""), [problem, setProblem] = useState(""), [sent, setSent] = useState<{ name: string; number: string } | null>(null);
  const id = useId(), deeds = deedsOf(item, verbs, isToRead, isQuiet);
  const send = (deed: Deed): void => {
    const number = sent?.name === deed.name && problem ? sent.number : requestNumber();
    setSent({ name: deed.name, number });
    setBusy(deed.name);
    setProblem("");
    act(shown.session.csrf, item.feature.id, deed.verb, deed.body(note.trim()), number)
      .then(() => { setAsking(null); setNote(""); }, (error: Error) => setProblem(error.message)).finally(() => setBusy(""));
  };
  if (!deeds.length) return null;
  return (
    <div class="actions">
      {asking ? (
        <form onSubmit={(event) => { event.preventDefault(); send(asking); }}>
          <label for={id}>{asking.asks}</label>
          <textarea id={id} rows={3} maxLength={4000} required value={note} onInput={(event) => setNote(event.currentTarget.value)} ref={(one) => { if (one && !note) one.focus(); }} />
          <div class="buttons">
            <button type="submit" class={`deed ${asking.look}`} disabled={busy !== "" || !note.trim()}>{asking.name.replace("…", "")}</button>
            <button type="button" class="deed" onClick={() => { setAsking(null); setProblem(""); }}>{say("Back", "Indietro")}</button>
          </div>
        </form>
      ) : (
        <div class="buttons">
          {deeds.map((deed) => <button key={deed.name} type="button" class={`deed ${deed.look}`} disabled={busy !== ""} aria-busy={busy === deed.name} onClick={() => (deed.asks ? setAsking(deed) : send(deed))}>{deed.name}</button>)}
        </div>
      )}
      {problem && <p class="problem" role="alert">{problem}</p>}
    </div>
  );
}
