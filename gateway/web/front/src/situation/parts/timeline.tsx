// The timeline: a row for each situation, from the past day to the next two weeks, and who has acknowledged it.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Item } from "../api.ts";
import { isExercise } from "../model/board.ts";
import { barOf, shareOf, windowAt, type Window } from "../model/timeline.ts";
import { DAY_MS, dayText, midnight, spanText } from "../model/times.ts";
import { langOf, own, stateText, titleOf } from "../texts.ts";
import { AnswerChips, shortTitle } from "./answers.tsx";
import { ConflictBadge, ExerciseBadge, SiteBadge } from "./badges.tsx";
import { KindIcon } from "./icons.tsx";
import type { Shown } from "./shown.ts";

const percent = (share: number): string => `${(100 * share).toFixed(3)}%`;

/** Situations in their rows; their numbers are those on the map. */
export function Timeline({ items, numbers, shown }: { items: Item[]; numbers: ReadonlyMap<string, number>; shown: Shown }) {
  const { board, nowMs } = shown, window = windowAt(nowMs, board.zone);
  const rows = items.filter((item) => barOf(item, window, nowMs) !== null);
  const later = items.length - rows.length, [rowsPlace, below, count] = useBelow(), [isTurning, setTurning] = useState(true);
  const hasMore = useTurns(rowsPlace, isTurning);
  return (
    <div class="timeline">
      <Axis window={window} nowMs={nowMs} zone={board.zone} />
      <ul class="rows" ref={rowsPlace} onScroll={count}>
        {rows.map((item) => <Row key={item.feature.id} item={item} number={numbers.get(item.feature.id)!} numbers={numbers} window={window} shown={shown} />)}
        {!rows.length && <li class="quiet">{say("Nothing in these two weeks.", "Nulla in queste due settimane.")}</li>}
        {later > 0 && <li class="quiet later">{say(`${later} more after these two weeks`, `${later} dopo queste due settimane`)}</li>}
      </ul>
      {hasMore && (
        <p class="below">
          {below > 0 && <span>{say(`${below} more below`, `altri ${below} più in basso`)} ↓</span>}
          <button type="button" aria-pressed={!isTurning} onClick={() => setTurning(!isTurning)}>{isTurning ? say("Stop turning", "Ferma lo scorrimento") : say("Turn the pages", "Scorri da solo")}</button>
        </p>
      )}
      <span class="now-line" style={{ "--share": String(shareOf(nowMs, window)) }} aria-hidden="true" />
    </div>
  );
}

/** A screenful is shown for so long; whoever touches or scrolls the page is left alone for a minute. */
const TURN_MS = 12_000, REST_MS = 60_000;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Show the rows that do not fit screenful by screenful, from the first again after the last; return whether there are any. */
function useTurns(place: RefObject<HTMLUListElement | null>, isTurning: boolean): boolean {
  const restUntil = useRef(0), [hasMore, setHasMore] = useState(false);
  useEffect(() => {
    const rest = (): void => { restUntil.current = Date.now() + REST_MS; };
    const events = ["pointerdown", "pointermove", "wheel", "keydown"] as const;
    for (const name of events) addEventListener(name, rest, { passive: true });
    return () => { for (const name of events) removeEventListener(name, rest); };
  }, []);
  useEffect(() => { const list = place.current; if (list) setHasMore(list.scrollHeight - list.clientHeight > 4); });
  useEffect(() => {
    if (!isTurning) return undefined;
    const timer = setInterval(() => { if (Date.now() >= restUntil.current && place.current) turn(place.current); }, TURN_MS);
    return () => clearInterval(timer);
  }, [isTurning]);
  return hasMore;
}

/** Bring the first row that is not shown whole to the top; after the last, the first. */
function turn(list: HTMLUListElement): void {
  const edge = list.getBoundingClientRect().bottom, top = list.getBoundingClientRect().top;
  const next = [...list.querySelectorAll(".row")].find((row) => row.getBoundingClientRect().bottom > edge + 4);
  const to = next && list.scrollTop + list.clientHeight < list.scrollHeight - 4 ? list.scrollTop + next.getBoundingClientRect().top - top : 0;
  list.scrollTo({ top: to, behavior: STILL.matches ? "auto" : "smooth" });
}

/** Return the place of rows, how many of them are below its edge, and what counts them anew. */
function useBelow() {
  const place = useRef<HTMLUListElement>(null), [below, setBelow] = useState(0);
  const count = (): void => {
    const edge = place.current?.getBoundingClientRect().bottom ?? 0;
    setBelow([...(place.current?.querySelectorAll(".row") ?? [])].filter((row) => row.getBoundingClientRect().bottom > edge + 4).length);
  };
  useEffect(count);
  return [place, below, count] as const;
}

const Axis = ({ window, nowMs, zone }: { window: Window; nowMs: number; zone: string }) => (
  <div class="axis" aria-hidden="true">
    <span />
    <div class="days">{window.days.map((ms) => <Day key={ms} ms={ms} nowMs={nowMs} zone={zone} />)}</div>
    <span>{say("Answers", "Risposte")}</span>
  </div>
);

function Day({ ms, nowMs, zone }: { ms: number; nowMs: number; zone: string }) {
  const [weekday, day] = dayText(ms + DAY_MS / 2, zone).split(/[ ,]+/), weekend = new Date(ms + DAY_MS / 2).getUTCDay() % 6 === 0;
  const isToday = midnight(nowMs, zone) === ms;
  return <span class={`day${isToday ? " today" : ""}${weekend ? " weekend" : ""}`}><b>{isToday ? say("today", "oggi") : weekday}</b> {day}</span>;
}

function Row({ item, number, numbers, window, shown }: { item: Item; number: number; numbers: ReadonlyMap<string, number>; window: Window; shown: Shown }) {
  const { board, nowMs, onChoose } = shown, said = item.feature.properties, bar = barOf(item, window, nowMs)!;
  const conflict = item.conflicts?.length ? " in-conflict" : "";
  const look = `bar ${said.state}${said.overrunning || said.start_unconfirmed ? " late" : ""}${bar.isCutLeft ? " cut-left" : ""}${item.to_ms === undefined ? " open-end" : bar.isCutRight ? " cut-right" : ""}${isExercise(item) ? " exercise" : ""}${conflict}`;
  return (
    <li class={`row${isExercise(item) ? " exercise" : ""}`} data-situation={item.feature.id}>
      <button type="button" class="label" onClick={() => onChoose(item.feature.id)}>
        <span class={`number ${said.state}${conflict}`}>{number}</span><KindIcon kind={said.kind} />
        <span class="words">
          <span class="headline" lang={langOf(said.headline)}>{own(said.headline)}</span>
          <span class="quiet"><ExerciseBadge item={item} /><b>{shortTitle(titleOf(board, said.owner))}</b> · <span class={`state ${said.state}${said.overrunning || said.start_unconfirmed ? " late" : ""}`}>{stateText(said)}</span> <SiteBadge item={item} numbers={numbers} /><ConflictBadge item={item} numbers={numbers} /></span>
        </span>
      </button>
      <div class="track">
        <span class={look} style={{ left: percent(bar.left), width: percent(bar.width) }} title={spanText(said.timing, board.zone)}><span class="unseen">{spanText(said.timing, board.zone)}</span></span>
      </div>
      <div class="row-end"><AnswerChips item={item} board={board} /></div>
    </li>
  );
}
