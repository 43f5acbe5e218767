import assert from "node:assert/strict";
import { test } from "node:test";
import type { Board, Change, Conflict, Item, News, Properties } from "../../../gateway/web/front/src/situation/api.ts";
import { answerOf, answersOf } from "../../../gateway/web/front/src/situation/model/answers.ts";
import { dutiesOf } from "../../../gateway/web/front/src/situation/model/attention.ts";
import { changed, inOrder, pairs } from "../../../gateway/web/front/src/situation/model/board.ts";
import { EVERYTHING, filtersOf, hashOf, matches, matchesNews } from "../../../gateway/web/front/src/situation/model/filters.ts";

const NOW_MS = Date.parse("2026-12-01T09:00:00+01:00"), DAY_MS = 86_400_000;

const item = (id: string, said: Partial<Properties> = {}, more: Partial<Item> = {}): Item => ({
  feature: { id, geometry: null, properties: { kind: "roadworks", headline: { it: id }, timing: { planned_start: "2026-12-01" }, owner: "publiacqua", version: 2, state: "planned", ...said } },
  from_ms: NOW_MS + 5 * DAY_MS, to_ms: NOW_MS + 6 * DAY_MS, is_whole: true, content_version: 2, ...more,
});

const conflict = (id: string): Conflict => ({ id, grounds: ["street"], days_between: 0 });

const news = (number: number): News => ({ number, at_ms: NOW_MS, situation: "a", kind: "roadworks", headline: { it: "a" }, action: "update", state: "planned", owner: "publiacqua" });

const board = (items: Item[], happened: News[] = []): Board =>
  ({ now_ms: NOW_MS, zone: "Europe/Rome", number: 1, organisation: "comune", may_act: true, organisations: {}, items, news: happened });

const change = (more: Partial<Change>): Change => ({ now_ms: NOW_MS, items: [], gone: [], news: [], ...more });

test("a change replaces what has changed, removes what is gone, and adds what happened once", () => {
  const after = changed(board([item("a"), item("b"), item("c")], [news(1)]), change({ items: [item("b", { state: "active" }), item("d")], gone: ["c"], news: [news(1), news(2)] }));
  assert.deepEqual(after.items.map((one) => `${one.feature.id} ${one.feature.properties.state}`), ["a planned", "b active", "d planned"]);
  assert.deepEqual(after.news.map((one) => one.number), [1, 2]);
});

test("a conflict begins and ends on both sides, though only one has changed", () => {
  const begun = changed(board([item("a"), item("b")]), change({ items: [item("a", {}, { conflicts: [conflict("b")] })] }));
  assert.deepEqual(begun.items.map((one) => one.conflicts?.map(({ id }) => id)), [["a"], ["b"]]);
  const moved = changed(begun, change({ items: [item("a")] }));
  assert.deepEqual(moved.items.map((one) => one.conflicts ?? []), [[], []]);
  assert.deepEqual(changed(begun, change({ gone: ["a"] })).items.map((one) => one.conflicts), [[]]);
});

test("each conflict is drawn once, and only if both situations are shown", () => {
  const both = [item("a", {}, { conflicts: [conflict("b"), conflict("z")] }), item("b", {}, { conflicts: [conflict("a")] })];
  assert.deepEqual(pairs(both).map((one) => one.ids), [["a", "b"]]);
});

test("what goes on is first, then what comes, then what was over within a day", () => {
  const items = [item("over", { state: "ended" }, { to_ms: NOW_MS - 1 }), item("old", { state: "ended" }, { to_ms: NOW_MS - 2 * DAY_MS }), item("later", {}, { from_ms: NOW_MS + 9 * DAY_MS }), item("sooner"), item("now", { state: "active" })];
  assert.deepEqual(inOrder(items, NOW_MS).map((one) => one.feature.id), ["now", "sooner", "later", "over"]);
});

test("every organisation that is concerned has an answer: who objects first, then who is asked", () => {
  const one = item("a", { audience: { organisations: ["publiacqua", "autolinee", "citelum", "asm"] },
    acknowledgements: [{ organisation: "citelum", answer: "seen", version: 2, time: "" }, { organisation: "autolinee", answer: "objected", version: 2, time: "", note: "line 5" }, { organisation: "asm", answer: "accepted", version: 1, time: "" }] },
    { questions: [{ organisation: "comune", about: "proposal", due_ms: NOW_MS + DAY_MS }] });
  assert.deepEqual(answersOf(one).map(({ organisation, word }) => `${organisation} ${word}`), ["autolinee objected", "comune waiting", "citelum seen", "asm none"]);
  assert.equal(answerOf(one, "citelum"), "seen");
  assert.equal(answerOf(one, "asm"), null);
});

test("what needs the organisation comes in the order of its urgency, each situation once", () => {
  const asked = (id: string, about: "proposal" | "start" | "end", days: number): Item => item(id, { state: "proposed" }, { can: ["acknowledge", "begin", "end", "cancel"], questions: [{ organisation: "comune", about, due_ms: NOW_MS + days * DAY_MS }] });
  const items = [
    item("told", { audience: { organisations: ["comune"] } }, { can: ["acknowledge"] }),
    item("in the way", { owner: "comune" }, { conflicts: [conflict("told")] }),
    item("to confirm", { owner: "comune" }, { from_ms: NOW_MS + DAY_MS, can: ["confirm", "cancel"] }),
    asked("answer late", "proposal", 3), asked("answer soon", "proposal", 1), asked("begun?", "start", 5),
    item("no matter", { state: "active" }), item("own", { owner: "comune" }), item("over", { state: "ended", owner: "comune" }),
  ];
  const { needs, active, coming } = dutiesOf(items, "comune", NOW_MS);
  assert.deepEqual(needs.map((one) => `${one.item.feature.id}: ${one.reason}, ${one.verbs.join(" ")}`),
    ["begun?: start, begin cancel", "answer soon: answer, acknowledge", "answer late: answer, acknowledge", "to confirm: confirm, confirm", "in the way: conflict, ", "told: read, acknowledge"]);
  assert.deepEqual([active, coming].map((list) => list.map((one) => one.feature.id)), [["no matter"], ["own"]]);
});

test("who has said something about a version is not asked to read it, until there is another one", () => {
  const said = (version: number): Item => item("a", { audience: { organisations: ["comune"] }, acknowledgements: [{ organisation: "comune", answer: "seen", version, time: "" }] }, { can: ["acknowledge"] });
  assert.deepEqual([2, 1].map((version) => dutiesOf([said(version)], "comune", NOW_MS).needs.length), [0, 1]);
});

test("an answer counts on when the state alone has changed", () => {
  const accepted = item("a", { version: 3, acknowledgements: [{ organisation: "comune", answer: "accepted", version: 2, time: "" }] });
  assert.equal(answerOf(accepted, "comune"), "accepted");
  assert.deepEqual(answersOf(accepted).map(({ word }) => word), ["accepted"]);
});

test("filters are in the address and come back from it", () => {
  const filters = { organisation: "publiacqua", kinds: ["roadworks", "closure"] };
  assert.deepEqual(filtersOf(`#${hashOf(filters)}`), filters);
  assert.deepEqual(filtersOf(""), EVERYTHING);
  assert.equal(hashOf(EVERYTHING), "");
});

test("an organisation sees what it owns, what it was told, and what it is asked", () => {
  const told = item("a", { audience: { organisations: ["citelum"] } }, { questions: [{ organisation: "comune", about: "proposal", due_ms: 1 }] });
  assert.deepEqual(["publiacqua", "citelum", "comune", "autolinee"].map((organisation) => matches(told, { organisation, kinds: [] })), [true, true, true, false]);
  assert.deepEqual([["roadworks"], ["traffic"], []].map((kinds) => matches(told, { organisation: "", kinds })), [true, false, true]);
  assert.deepEqual(["publiacqua", "citelum"].map((organisation) => matchesNews(news(1), { organisation, kinds: [] })), [true, false]);
});
