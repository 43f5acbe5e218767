// The feed: what just happened, the newest first.
import { say } from "../../shared/say.ts";
import type { News } from "../api.ts";
import { matchesNews } from "../model/filters.ts";
import { whenText } from "../model/times.ts";
import { langOf, newsSentence, own } from "../texts.ts";
import { exerciseText } from "./badges.tsx";
import { KindIcon } from "./icons.tsx";
import type { Shown } from "./shown.ts";

/** News are new for so long. */
const FRESH_MS = 120_000;

export function NewsList({ shown, most }: { shown: Shown; most: number }) {
  const { board, nowMs, filters } = shown;
  const news = board.news.filter((one) => matchesNews(one, filters)).slice(-most).reverse();
  if (!news.length) return <p class="quiet">{say("Nothing has happened yet.", "Non è ancora successo nulla.")}</p>;
  return <ol class="news" aria-live="off">{news.map((one) => <Line key={one.number} one={one} shown={shown} isFresh={nowMs - one.at_ms < FRESH_MS} />)}</ol>;
}

function Line({ one, shown, isFresh }: { one: News; shown: Shown; isFresh: boolean }) {
  const { board, nowMs, onChoose } = shown;
  const { who, did, tone } = newsSentence(board, one);
  const isKnown = board.items.some((item) => item.feature.id === one.situation);
  const headline = <span lang={langOf(one.headline)}>{own(one.headline)}</span>;
  return (
    <li class={`${tone}${isFresh ? " fresh" : ""}${one.exercise ? " exercise" : ""}`}>
      <KindIcon kind={one.kind} />
      <div>
        {one.exercise && <span class="exercise-badge">{exerciseText()}</span>}
        {who && <><b>{who}</b> </>}<span class="did">{did}</span> {isKnown ? <button type="button" class="plain" onClick={() => onChoose(one.situation)}>{headline}</button> : headline}
        {one.note && <q>{one.note}</q>}
      </div>
      <time dateTime={new Date(one.at_ms).toISOString()}>{whenText(one.at_ms, nowMs, board.zone)}</time>
    </li>
  );
}
