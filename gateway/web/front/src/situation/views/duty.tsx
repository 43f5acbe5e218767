// The phone of the one on duty: first what needs the organisation, with one tap to do it.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Item } from "../api.ts";
import { answerOf } from "../model/answers.ts";
import { dutiesOf, type Need } from "../model/attention.ts";
import { inOrder, isExercise, isOver } from "../model/board.ts";
import { matches } from "../model/filters.ts";
import { streetsText } from "../model/streets.ts";
import { distanceText, dueText, spanText } from "../model/times.ts";
import { Actions } from "../parts/actions.tsx";
import { AnswerChips } from "../parts/answers.tsx";
import { ConflictBadge, ExerciseBadge, SiteBadge, StateBadge } from "../parts/badges.tsx";
import { FilterBar } from "../parts/filters.tsx";
import { KindIcon, Mark } from "../parts/icons.tsx";
import { LinkState } from "../parts/link.tsx";
import { NewsList } from "../parts/news.tsx";
import { MapPart } from "../parts/room_map.tsx";
import type { Shown } from "../parts/shown.ts";
import { User } from "../parts/user.tsx";
import { groundText, kindText, langOf, own, reasonText, titleOf, yourAnswer } from "../texts.ts";

const NEWS_MOST = 15;

export function Duty({ shown }: { shown: Shown }) {
  const { board, nowMs, filters } = shown;
  const items = inOrder(board.items, nowMs).filter((item) => matches(item, filters));
  const numbers = new Map(items.map((item, at) => [item.feature.id, at + 1]));
  const { needs, active, coming } = dutiesOf(items, board.organisation, nowMs);
  const [isMapOpen, setIsMapOpen] = useState(false);
  const card = (item: Item) => <Card key={item.feature.id} item={item} numbers={numbers} shown={shown} />;
  return (
    <>
      <header class="top"><h1>{titleOf(board, board.organisation)}</h1><LinkState shown={shown} /></header>
      <main class={shown.link.state === "cut" ? "old" : ""}>
        <section class="needs" aria-labelledby="needs-title">
          <h2 id="needs-title">{board.may_act ? say("Your turn", "Tocca a te") : say("Waiting for your organisation", "In attesa del tuo ente")} <span class={`count${needs.length ? " some" : ""}`}>{needs.length}</span></h2>
          {needs.length ? needs.map((need) => <Card key={need.item.feature.id} item={need.item} need={need} numbers={numbers} shown={shown} />)
            : <p class="done"><Mark name="accepted" /> {say("Nothing waits for you.", "Nulla attende te.")}</p>}
        </section>
        {active.length > 0 && <section aria-labelledby="active-title"><h2 id="active-title">{say("Under way", "In corso")} <span class="count">{active.length}</span></h2>{active.map(card)}</section>}
        {coming.length > 0 && <section aria-labelledby="coming-title"><h2 id="coming-title">{say("Coming", "In arrivo")} <span class="count">{coming.length}</span></h2>{coming.map(card)}</section>}
        <section class="map-part" aria-labelledby="map-title">
          <h2 id="map-title"><button type="button" class="toggle" aria-expanded={isMapOpen} onClick={() => setIsMapOpen(!isMapOpen)}>{say("Map", "Mappa")}</button></h2>
          {isMapOpen && <MapPart items={items.filter((item) => !isOver(item))} numbers={numbers} onChoose={shown.onChoose} />}
        </section>
        <section aria-labelledby="news-title"><h2 id="news-title">{say("Just happened", "Appena successo")}</h2><NewsList shown={shown} most={NEWS_MOST} /></section>
        <details class="filter-part"><summary>{say("Filter", "Filtra")}</summary><FilterBar shown={shown} /></details>
      </main>
      <footer><User shown={shown} /></footer>
    </>
  );
}

function Card({ item, need, numbers, shown }: { item: Item; need?: Need; numbers: ReadonlyMap<string, number>; shown: Shown }) {
  const { board, nowMs, onChoose } = shown, said = item.feature.properties, mine = answerOf(item, board.organisation), streets = streetsText(said);
  return (
    <article class={`card${need ? ` need ${need.reason}` : ""}${isExercise(item) ? " exercise" : ""}`} data-situation={item.feature.id}>
      {need && <p class="reason"><b>{reasonText(need.reason)}</b>{need.dueMs !== null && <span class={need.dueMs - nowMs < 86_400_000 ? "urgent" : ""}>{need.reason === "confirm" ? say("begins", "inizia") : say("by", "entro")} {dueText(need.dueMs, nowMs, board.zone)} ({distanceText(need.dueMs, nowMs)})</span>}</p>}
      <button type="button" class="summary" onClick={() => onChoose(item.feature.id)}>
        <span class="kind-line"><span class={`number ${said.state}${item.conflicts?.length ? " in-conflict" : ""}`}>{numbers.get(item.feature.id)}</span><KindIcon kind={said.kind} /> {kindText(said.kind)} <StateBadge item={item} /> <ExerciseBadge item={item} /></span>
        <span class="headline" lang={langOf(said.headline)}>{own(said.headline)}</span>
      </button>
      <p class="when">{spanText(said.timing, board.zone)}</p>
      <p class="quiet">{[titleOf(board, said.owner), streets].filter(Boolean).join(" · ")}</p>
      <p class="site"><SiteBadge item={item} numbers={numbers} /></p>
      {item.conflicts?.length ? <Conflicts item={item} shown={shown} numbers={numbers} /> : null}
      {mine ? <p class={`mine ${mine}`}><Mark name={mine} /> {yourAnswer(mine)}</p> : null}
      {need && need.verbs.length > 0 && <Actions item={item} verbs={need.verbs} isToRead={need.reason === "read"} shown={shown} />}
      {!need && said.owner === board.organisation && <Actions item={item} verbs={(item.can ?? []).filter((verb) => verb === "end")} isQuiet shown={shown} />}
      <AnswerChips item={item} board={board} />
    </article>
  );
}

/** Who is in the way, by name: on a phone the number alone says little. */
function Conflicts({ item, shown, numbers }: { item: Item; shown: Shown; numbers: ReadonlyMap<string, number> }) {
  const { board, onChoose } = shown;
  const known = (item.conflicts ?? []).flatMap((one) => { const other = board.items.find((found) => found.feature.id === one.id); return other ? [{ one, other }] : []; });
  if (!known.length) return <ConflictBadge item={item} numbers={numbers} />;
  return (
    <ul class="conflicts">{known.map(({ one, other }) => (
      <li key={one.id}><Mark name="warning" /><button type="button" class="plain" onClick={() => onChoose(one.id)}>{own(other.feature.properties.headline)}</button>
        <span> ({titleOf(board, other.feature.properties.owner)}; {one.grounds.map(groundText).join(", ")})</span></li>
    ))}</ul>
  );
}
