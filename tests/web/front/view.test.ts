import assert from "node:assert/strict";
import { test } from "node:test";
import { between, comparedWith, moved, scaled, secondsBefore } from "../../../gateway/web/front/src/operator/view.ts";

const NOW_S = 1_800_000_000, HOUR_S = 3600;

test("a view that follows the present goes on doing so while its span changes", () => {
  assert.deepEqual(scaled({ spanS: HOUR_S, endS: null }, 2, NOW_S), { spanS: 2 * HOUR_S, endS: null });
});

test("the middle of another view stays where it is", () => {
  assert.deepEqual(scaled({ spanS: 4 * HOUR_S, endS: NOW_S - 10 * HOUR_S }, 0.5, NOW_S), { spanS: 2 * HOUR_S, endS: NOW_S - 11 * HOUR_S });
});

test("a view that is moved to the present follows it, and none shows the future", () => {
  const past = moved({ spanS: HOUR_S, endS: null }, -0.5, NOW_S);
  assert.deepEqual(past, { spanS: HOUR_S, endS: NOW_S - HOUR_S / 2 });
  assert.deepEqual(moved(past, 0.5, NOW_S), { spanS: HOUR_S, endS: null });
  assert.deepEqual(scaled(past, 4, NOW_S), { spanS: 4 * HOUR_S, endS: null });
});

test("a view is at least a minute and at most two months long", () => {
  assert.deepEqual(between(NOW_S - 100, NOW_S - 99, NOW_S), { spanS: 60, endS: NOW_S - 40 });
  assert.equal(scaled({ spanS: 60 * 86_400, endS: null }, 2, NOW_S).spanS, 62 * 86_400);
});

test("days are compared with the day before, weeks with the week before, months with nothing", () => {
  assert.deepEqual([86_400, 7 * 86_400, 30 * 86_400].map((spanS) => comparedWith({ spanS, endS: null })), ["day", "week", null]);
});

test("the same hour of the day before is 25 hours ago after the clocks went back", () => {
  process.env.TZ = "Europe/Rome";
  const noon = Date.parse("2026-10-25T11:00:00Z") / 1000;
  assert.equal(secondsBefore("day", noon), 25 * HOUR_S);
  assert.equal(secondsBefore("week", noon), 169 * HOUR_S);
  assert.equal(secondsBefore("day", noon + 86_400), 24 * HOUR_S);
});
