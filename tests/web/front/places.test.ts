import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, middleOf } from "../../../gateway/web/front/src/shared/places.ts";

test("a path is marked half of its way, and anything else in its middle", () => {
  assert.deepEqual(middleOf({ type: "LineString", coordinates: [[0, 0], [1, 0], [1, 3]] }), [1, 1]);
  assert.deepEqual(middleOf({ type: "LineString", coordinates: [[2, 3], [2, 3]] }), [2, 3]);
  assert.deepEqual(middleOf({ type: "Point", coordinates: [11, 43] }), [11, 43]);
  assert.deepEqual(middleOf({ type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]] }), [2, 1]);
  assert.deepEqual(middleOf({ type: "MultiLineString", coordinates: [[[0, 0], [1, 1]], [[2, 2], [6, 4]]] }), [3, 2]);
});

test("marks that would hide each other are beside each other, and never far from their place", () => {
  const here = { x: 100, y: 100 };
  assert.deepEqual(apart([here, here, { x: 300, y: 100 }], 20), [here, { x: 120, y: 100 }, { x: 300, y: 100 }]);
  const many = apart(Array.from({ length: 50 }, () => here), 20);
  assert.ok(many.every(({ x, y }) => Math.abs(x - 100) <= 20 && Math.abs(y - 100) <= 20));
  assert.equal(new Set(many.slice(0, 9).map(({ x, y }) => `${x} ${y}`)).size, 9);
});
