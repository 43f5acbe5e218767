import assert from "node:assert/strict";
import { test } from "node:test";
import { setLanguage } from "../../../gateway/web/front/src/shared/language.ts";
import type { Board, Item, News } from "../../../gateway/web/front/src/situation/api.ts";
import { streetName, streetsText } from "../../../gateway/web/front/src/situation/model/streets.ts";
import { barOf, DAYS, shareOf, windowAt } from "../../../gateway/web/front/src/situation/model/timeline.ts";
import { distanceText, dueText, midnight, spanText, whenText } from "../../../gateway/web/front/src/situation/model/times.ts";
import { groundText, KIND_NAMES, kindText, newsSentence, stateText } from "../../../gateway/web/front/src/situation/texts.ts";

const ROME = "Europe/Rome", at = Date.parse;

test("a day begins at its midnight in the city, also when the clocks change", () => {
  for (const [instant, begin] of [["2026-12-01T09:00:00+01:00", "2026-12-01T00:00:00+01:00"], ["2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00"], ["2026-10-25T23:30:00+01:00", "2026-10-25T00:00:00+02:00"]] as const) {
    assert.equal(midnight(at(instant), ROME), at(begin));
  }
});

test("the timeline is from the day before to two weeks later, with days of 25 hours", () => {
  const window = windowAt(at("2026-10-20T09:00:00+02:00"), ROME);
  assert.equal(window.days.length, DAYS);
  assert.equal(window.fromMs, at("2026-10-19T00:00:00+02:00"));
  assert.equal(window.toMs, at("2026-11-04T00:00:00+01:00"));
  assert.equal(window.days[7]! - window.days[6]!, 25 * 3_600_000);
  assert.deepEqual([shareOf(0, window), shareOf(window.toMs, window)], [0, 1]);
});

const item = (fromMs: number, toMs: number | undefined, overrunning = false): Item => ({
  feature: { id: "a", geometry: null, properties: { kind: "outage", headline: { it: "a" }, timing: { planned_start: "2026-12-01" }, owner: "o", version: 1, state: "active", overrunning } }, from_ms: fromMs, ...(toMs === undefined ? {} : { to_ms: toMs }),
});

test("a bar says where its time is cut, and grows while its situation is late", () => {
  const nowMs = at("2026-12-01T09:00:00+01:00"), window = windowAt(nowMs, ROME), day = 86_400_000;
  assert.deepEqual(barOf(item(window.fromMs - day, window.fromMs + 8 * day), window, nowMs), { left: 0, width: 0.5, isCutLeft: true, isCutRight: false });
  assert.deepEqual(barOf(item(window.fromMs + 8 * day, undefined), window, nowMs), { left: 0.5, width: 0.5, isCutLeft: false, isCutRight: true });
  assert.equal(barOf(item(window.toMs, undefined), window, nowMs), null);
  assert.equal(barOf(item(window.fromMs - 2 * day, window.fromMs), window, nowMs), null);
  const late = barOf(item(window.fromMs, nowMs - day / 2, true), window, nowMs)!;
  assert.ok(Math.abs(late.width - shareOf(nowMs, window)) < 1e-9);
  assert.ok(barOf(item(nowMs, nowMs + 60_000), window, nowMs)!.width > 0.01);
});

test("times are short, and what is due at midnight is due on the day before", () => {
  setLanguage("it");
  const nowMs = at("2026-12-01T09:05:00+01:00");
  assert.equal(spanText({ planned_start: "2026-12-01", planned_end: "2026-12-04" }, ROME), "mar 1 dic – ven 4 dic");
  assert.equal(spanText({ planned_start: "2026-12-01", planned_end: "2026-12-01" }, ROME), "mar 1 dic");
  assert.equal(spanText({ planned_start: "2026-12-07T05:00:00Z", planned_end: "2026-12-07T14:00:00Z" }, ROME), "lun 7 dic, 06:00–15:00");
  assert.equal(spanText({ planned_start: "2026-12-01", actual_start: "2026-12-01T08:30:00+01:00" }, ROME), "mar 1 dic, 08:30 →");
  assert.equal(whenText(nowMs - 60_000, nowMs, ROME), "09:04");
  assert.equal(whenText(nowMs + 86_400_000, nowMs, ROME), "mer 2 dic, 09:05");
  assert.equal(dueText(at("2026-12-04T00:00:00+01:00"), nowMs, ROME), "gio 3 dic");
  setLanguage("en");
  assert.equal(distanceText(nowMs + 3 * 86_400_000, nowMs), "in 3 days");
  assert.equal(distanceText(nowMs - 5 * 60_000, nowMs), "5 min ago");
});

test("streets in capitals are written as people write them", () => {
  assert.deepEqual(["VIALE DELLA REPUBBLICA", "PIAZZA DELL'IMMAGINE", "Via Roma"].map(streetName), ["Viale della Repubblica", "Piazza Dell'Immagine", "Via Roma"]);
  const said = { ...item(0, 1).feature.properties, location: { street_refs: [{ name: "VIA ROMA", number_from: "2", number_to: "8" }, { name: "VIA VERDI", number_from: "1" }] } };
  assert.equal(streetsText(said), "Via Roma, 2–8; Via Verdi, 1");
});

test("what happened is a sentence in both languages, whoever did it", () => {
  const board = { organisations: { comune: { title: "Comune di Prato", authority: true } } } as unknown as Board;
  const actions: Partial<News>[] = [{ action: "publish", state: "proposed" }, { action: "publish", state: "active" }, { action: "acknowledge", answer: "objected" }, { action: "acknowledge", answer: "accepted" },
    ...["update", "confirm", "begin", "end", "cancel", "take-back", "comment"].map((action) => ({ action }))];
  const sentences = (language: string): string[] => {
    setLanguage(language);
    return actions.map((one) => { const { who, did } = newsSentence(board, { organisation: "comune", ...one } as News); return `${who} ${did}`; });
  };
  const [english, italian] = [sentences("en"), sentences("it")];
  assert.equal(english[2], "Comune di Prato objects to");
  assert.equal(italian[2], "Comune di Prato si oppone a");
  assert.equal(new Set(english).size, actions.length);
  assert.deepEqual(english.filter((one, number) => one === italian[number]), []);
  for (const action of ["accept-by-silence", "pass-start", "lapse", "overrun", "begin"]) {
    const { who, did } = newsSentence(board, { action } as News);
    assert.equal(who, "");
    assert.match(did, /^[A-Z]/);
  }
});

test("every kind, state and ground has its words", () => {
  setLanguage("en");
  assert.equal(new Set(KIND_NAMES.map(kindText)).size, KIND_NAMES.length);
  assert.equal(kindText("unheard-of"), "Notice");
  assert.equal(stateText({ ...item(0, 1).feature.properties, overrunning: true }), "longer than planned");
  assert.deepEqual(["street", "geometry", "junction", "detour", "no_dig"].map(groundText).filter((one) => one.includes("_")), []);
});
