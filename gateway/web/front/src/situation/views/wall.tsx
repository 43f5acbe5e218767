// The wall: the city on a map, what just happened, and the past day and the next two weeks, without a word of explanation.
import { say } from "../../shared/say.ts";
import type { Item } from "../api.ts";
import { inOrder, isActive, isExercise, isOver, pairs } from "../model/board.ts";
import { matches } from "../model/filters.ts";
import { clockText, DAY_MS, longDayText } from "../model/times.ts";
import { exerciseText } from "../parts/badges.tsx";
import { FilterBar } from "../parts/filters.tsx";
import { LinkState } from "../parts/link.tsx";
import { NewsList } from "../parts/news.tsx";
import { MapPart } from "../parts/room_map.tsx";
import type { Shown } from "../parts/shown.ts";
import { Timeline } from "../parts/timeline.tsx";
import { User } from "../parts/user.tsx";

const NEWS_MOST = 12;
const SOON_MS = 14 * DAY_MS;

export function Wall({ shown }: { shown: Shown }) {
  const { board, nowMs, filters } = shown;
  const items = inOrder(board.items, nowMs).filter((item) => matches(item, filters));
  const numbers = new Map(items.map((item, at) => [item.feature.id, at + 1]));
  const exercises = items.filter((item) => isExercise(item) && isActive(item)).length;
  return (
    <>
      <header class="top">
        <h1><time class="clock">{clockText(nowMs, board.zone)}</time> <span class="date">{longDayText(nowMs, board.zone)}</span></h1>
        <Figures items={items} nowMs={nowMs} />
        <LinkState shown={shown} />
      </header>
      {exercises > 0 && <p class="exercise-strip" role="status">{exerciseText()}: {say(exercises === 1 ? "an exercise is under way; it is not real" : `${exercises} exercises are under way; they are not real`, exercises === 1 ? "un'esercitazione è in corso; non è reale" : `${exercises} esercitazioni sono in corso; non sono reali`)}</p>}
      <main class={shown.link.state === "cut" ? "old" : ""}>
        <section class="map-part" aria-label={say("Map", "Mappa")}>
          <MapPart items={items.filter((item) => !isOver(item))} numbers={numbers} onChoose={shown.onChoose} />
        </section>
        <section class="news-part" aria-labelledby="news-title"><h2 id="news-title">{say("Just happened", "Appena successo")}</h2><NewsList shown={shown} most={NEWS_MOST} /></section>
        <section class="time-part" aria-label={say("Timeline", "Cronologia")}><Timeline items={items} numbers={numbers} shown={shown} /></section>
      </main>
      <footer><FilterBar shown={shown} /><User shown={shown} /></footer>
    </>
  );
}

/** The figures that a glance reads. */
function Figures({ items, nowMs }: { items: Item[]; nowMs: number }) {
  const open = items.filter((item) => !isOver(item)), waiting = open.filter((item) => item.questions?.some((one) => one.about === "proposal")).length;
  const late = open.filter((item) => item.feature.properties.overrunning || item.feature.properties.start_unconfirmed).length;
  const figures: [string, number, string][] = [
    ["active", open.filter(isActive).length, say("under way", "in corso")],
    ["coming", open.filter((item) => !isActive(item) && item.from_ms < nowMs + SOON_MS).length, say("within two weeks", "entro due settimane")],
    ["waiting", waiting, say(waiting === 1 ? "awaits an answer" : "await an answer", waiting === 1 ? "attende risposta" : "attendono risposta")],
    ["conflicts", pairs(open).length, say(pairs(open).length === 1 ? "conflict" : "conflicts", pairs(open).length === 1 ? "conflitto" : "conflitti")],
    ["late", late, say("late", "in ritardo")],
  ];
  return <dl class="figures">{figures.filter(([name, count]) => count > 0 || name === "active" || name === "coming").map(([name, count, words]) => <div key={name} class={name}><dt>{words}</dt><dd>{count}</dd></div>)}</dl>;
}
