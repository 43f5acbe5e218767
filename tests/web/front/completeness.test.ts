import assert from "node:assert/strict";
import { test } from "node:test";
import { dayBegins, runsOf, shareOf } from "../../../gateway/web/front/src/operator/completeness.ts";

test("hours that are complete are one run, those that are not are told apart", () => {
  assert.deepEqual(runsOf([[60, 60], [60, 60], [1000, 996], [60, 30], [60, 30], [60, 0], null, null]), [
    { from: 0, length: 3, share: 1 }, { from: 3, length: 2, share: 0.5 }, { from: 5, length: 1, share: 0 }, { from: 6, length: 2, share: null }]);
});

test("just below the limit an hour is not complete", () => {
  assert.equal(runsOf([[1000, 994]])[0]!.share, 0.994);
});

test("an hour in which nothing was due is complete, and more than was due is no more than complete", () => {
  assert.deepEqual([shareOf(0, 0), shareOf(10, 11), shareOf(10, 0)], [1, 1, 0]);
});

test("days begin at midnight, and without hours there is nothing", () => {
  const from = new Date(2026, 10, 23, 22).getTime();
  assert.deepEqual(dayBegins(from, 50), [2, 26]);
  assert.deepEqual(runsOf([]), []);
});
