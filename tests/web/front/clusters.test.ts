import assert from "node:assert/strict";
import { test } from "node:test";
import { clustered, type Placed } from "../../../gateway/web/front/src/operator/clusters.ts";

const mark = (key: string, x: number, y: number, rank = 3): Placed => ({ key, x, y, rank });
const keys = (marks: Placed[], radius = 40): string[][] => clustered(marks, radius).map((group) => group.map(({ key }) => key));

test("marks that are far apart stay single", () => {
  assert.deepEqual(keys([mark("a", 0, 0), mark("b", 41, 0)]), [["a"], ["b"]]);
});

test("a panel gathers the lamps around it, also across the borders of cells", () => {
  assert.deepEqual(keys([mark("lamp-1", 39, 39), mark("lamp-2", 30, 50), mark("panel", 41, 41, 0), mark("far", 200, 200)]), [["panel", "lamp-1", "lamp-2"], ["far"]]);
});

test("each mark is in one group, and none is lost", () => {
  const marks = Array.from({ length: 2000 }, (_, number) => mark(`m${number}`, (number * 7919) % 1000, (number * 104729) % 700, number % 16 ? 3 : 0));
  const groups = keys(marks);
  assert.equal(groups.flat().length, 2000);
  assert.equal(new Set(groups.flat()).size, 2000);
  assert.ok(groups.length < 500, `${groups.length} groups`);
});

test("the order of the marks does not matter", () => {
  const marks = Array.from({ length: 50 }, (_, number) => mark(`m${number}`, (number * 37) % 200, (number * 61) % 200));
  const sorted = (groups: string[][]): string[] => groups.map((group) => group.sort().join()).sort();
  assert.deepEqual(sorted(keys(marks)), sorted(keys([...marks].reverse())));
});

test("places west and south of the origin are grouped, too", () => {
  assert.deepEqual(keys([mark("a", -5, -5), mark("b", 5, 5)]), [["a", "b"]]);
});
