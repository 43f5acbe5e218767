// Everything about one situation, over the page.
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Around, HistoryRow, Item } from "../api.ts";
import { get } from "../client.ts";
import { answersOf, answerOf } from "../model/answers.ts";
import { causesOf } from "../model/board.ts";
import { dueText, spanText, whenText } from "../model/times.ts";
import { streetsText } from "../model/streets.ts";
import { answerText, groundText, kindText, langOf, newsSentence, own, titleOf, yourAnswer } from "../texts.ts";
import { Actions } from "./actions.tsx";
import { ExerciseBadge, StateBadge } from "./badges.tsx";
import { KindIcon, Mark } from "./icons.tsx";
import type { Shown } from "./shown.ts";

export function Details({ item, shown, onClose }: { item: Item; shown: Shown; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null), { board } = shown, said = item.feature.properties;
  useEffect(() => { dialog.current?.showModal(); }, []);
  const mine = answerOf(item, board.organisation), streets = streetsText(said);
  return (
    <dialog ref={dialog} class="details" aria-labelledby="details-title" onClose={onClose} onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      <div class="inner">
        <header>
          <p><KindIcon kind={said.kind} /> {kindText(said.kind)} · <StateBadge item={item} /> <ExerciseBadge item={item} /></p>
          <button type="button" class="close" aria-label={say("Close", "Chiudi")} onClick={() => dialog.current?.close()}>✕</button>
        </header>
        <h2 id="details-title" lang={langOf(said.headline)}>{own(said.headline)}</h2>
        <p class="when">{spanText(said.timing, board.zone)}</p>
        {streets && <p>{streets}</p>}
        <p class="quiet">{titleOf(board, said.owner)} · {item.feature.id} · {say("version", "versione")} {said.version}</p>
        {said.description && <p lang={langOf(said.description)}>{own(said.description)}</p>}
        {said.internal?.text && <p class="internal"><b>{say("Internal:", "Interno:")}</b> {said.internal.text}</p>}
        {said.internal?.contact && <p class="internal"><b>{say("Contact:", "Contatto:")}</b> {said.internal.contact}</p>}
        {mine && <p class="mine"><Mark name={mine} /> {yourAnswer(mine)}</p>}
        <Actions item={item} verbs={item.can ?? []} shown={shown} />
        <AnswerList item={item} shown={shown} />
        <ConflictList item={item} shown={shown} />
        <AroundParts item={item} />
        {item.is_whole && <Past item={item} shown={shown} />}
      </div>
    </dialog>
  );
}

function AnswerList({ item, shown }: { item: Item; shown: Shown }) {
  const { board, nowMs } = shown, answers = answersOf(item);
  if (!answers.length) return null;
  return (
    <section>
      <h3>{say("Answers", "Risposte")}</h3>
      <ul class="plain-list">{answers.map((one) => (
        <li key={one.organisation} class={`answer ${one.word}`}><Mark name={one.word} /> <b>{titleOf(board, one.organisation)}</b> {answerText(one.word)}
          {one.dueMs !== undefined && <> {say("by", "entro")} {dueText(one.dueMs, nowMs, board.zone)}</>}{one.note && <q>{one.note}</q>}</li>
      ))}</ul>
    </section>
  );
}

function ConflictList({ item, shown }: { item: Item; shown: Shown }) {
  const { board, onChoose } = shown, found = item.conflicts ?? [], together = item.together ?? [], causes = causesOf(item);
  const name = (id: string): string => { const other = board.items.find((one) => one.feature.id === id); return other ? own(other.feature.properties.headline) : id; };
  const link = (id: string) => <button type="button" class="plain" onClick={() => onChoose(id)}>{name(id)}</button>;
  if (!found.length && !together.length && !causes.length) return null;
  return (
    <section>
      <h3>{say("Related", "Collegamenti")}</h3>
      <ul class="plain-list">
        {causes.map((id) => <li key={id} class="cause">← {say("Probably because of", "Probabilmente per")} {link(id)}</li>)}
        {found.map((one) => <li key={one.id} class="conflict"><Mark name="warning" /> {link(one.id)} · {one.grounds.map(groundText).join(", ")}
          {one.days_between > 0 && ` · ${say(`${Math.ceil(one.days_between)} days between`, `${Math.ceil(one.days_between)} giorni di distanza`)}`}</li>)}
        {together.map((one) => <li key={one.id} class="together">{say("Could dig together with", "Si potrebbe scavare insieme a")} {link(one.id)}: {say(`saves up to ${one.saved_days} days`, `fino a ${one.saved_days} giorni in meno`)}</li>)}
      </ul>
    </section>
  );
}

const NAMED_MOST = 12;

/** Return the first names of a list, and how many more there are. */
const namesText = (names: string[], count: number): string => names.slice(0, NAMED_MOST).join(", ") + (count > NAMED_MOST ? ` ${say(`and ${count - NAMED_MOST} more`, `e altri ${count - NAMED_MOST}`)}` : "");

/** What it affects, and what the organisation owns near it; asked for anew with each version. */
function AroundParts({ item }: { item: Item }) {
  const [around, setAround] = useState<Around | null>(null);
  useEffect(() => {
    let isShown = true;
    get<Around>(`/api/situations/${encodeURIComponent(item.feature.id)}/around`).then((found) => { if (isShown) setAround(found); }, () => undefined); // it is not shown then
    return () => { isShown = false; };
  }, [item.feature.properties.version]);
  const near = around?.near_own_assets ?? [], affected = around?.affected;
  const touches = affected && (affected.asset_count > 0 || affected.lines.length > 0 || affected.stops.length > 0);
  return (
    <>
      {near.length > 0 && <section class="near"><h3>{say("Near to what you own", "Vicino ai vostri impianti")}</h3><p><Mark name="warning" /> {namesText(near.map((one) => `${one.id} (${one.distance_m} m)`), near.length)}</p></section>}
      {touches && (
        <section class="affected">
          <h3>{say("Affects", "Coinvolge")}</h3>
          <ul class="plain-list">
            {affected.asset_count > 0 && <li><b>{say("Assets", "Impianti")} ({affected.asset_count})</b>: {namesText(affected.assets, affected.asset_count)}</li>}
            {affected.lines.length > 0 && <li><b>{say("Lines", "Linee")}</b>: {affected.lines.join(", ")}</li>}
            {affected.stops.map((one) => <li key={one.id}><b>{say("Stop", "Fermata")}</b> {one.name ?? one.id}{one.replaced_by && ` → ${one.replaced_by}`}</li>)}
          </ul>
        </section>
      )}
    </>
  );
}

/** What was done with it, the newest first; asked for anew with each version. */
function Past({ item, shown }: { item: Item; shown: Shown }) {
  const { board, nowMs } = shown, [rows, setRows] = useState<HistoryRow[]>([]), { version, acknowledgements, headline, kind, owner } = item.feature.properties;
  useEffect(() => {
    let isShown = true;
    get<{ items: HistoryRow[] }>(`/api/situations/${encodeURIComponent(item.feature.id)}/history`).then(({ items }) => { if (isShown) setRows(items); }, () => undefined); // it is not shown then
    return () => { isShown = false; };
  }, [version, acknowledgements?.length]);
  if (!rows.length) return null;
  return (
    <section>
      <h3>{say("What was done", "Che cosa è stato fatto")}</h3>
      <ol class="past">{[...rows].reverse().map((one) => {
        const at = Date.parse(one.time), { who, did } = newsSentence(board, { ...one, at_ms: at, situation: item.feature.id, kind, headline, owner });
        return <li key={one.number}><time>{whenText(at, nowMs, board.zone)}</time> {who && <><b>{who}</b> </>}{one.action === "acknowledge" ? say("answers", "risponde") : did.replace(/:$/, "")}{one.person && <span class="quiet"> ({one.person})</span>}</li>;
      })}</ol>
    </section>
  );
}
