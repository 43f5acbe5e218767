import assert from "node:assert/strict";
import { test } from "node:test";
import { type Areas, ELSEWHERE, areaRows, areasOf, contains } from "../../../gateway/web/front/src/operator/areas.ts";
import type { Asset } from "../../../gateway/web/front/src/operator/assets.ts";

const AREAS: Areas = { west: [[0, 0], [0, 2], [2, 2], [2, 0]], corner: [[0, 0], [0, 1], [1, 0]] };

const lamp = (asset: string, location?: [lon: number, lat: number]): Asset => ({ asset, measurement: "lamp", operator: "o", gateway: "g", readings: [],
  ...(location ? { location: { coordinates: location } } : {}) });

test("a position is within corners, whichever way they turn", () => {
  for (const corners of [AREAS.corner!, [...AREAS.corner!].reverse()]) {
    assert.equal(contains(corners, 0.3, 0.3), true);
    assert.equal(contains(corners, 0.7, 0.7), false);
    assert.equal(contains(corners, -0.1, 0.3), false);
  }
});

test("an asset is in every area that contains it, or in none", () => {
  assert.deepEqual(areasOf(lamp("a", [0.3, 0.3]), AREAS), ["west", "corner"]);
  assert.deepEqual(areasOf(lamp("b", [5, 5]), AREAS), [ELSEWHERE]);
  assert.deepEqual(areasOf(lamp("c"), AREAS), [ELSEWHERE]);
});

test("areas are listed by name with their assets and faults, and what is elsewhere last", () => {
  const alarms = [{ kind: "lamp_failed", subject: "a", detail: "", since_ms: 1 }];
  const rows = areaRows(AREAS, [lamp("a", [0.3, 0.3]), lamp("b", [1.5, 1.5]), lamp("c")], alarms);
  assert.deepEqual(rows.map((row) => [row.name, row.assets, row.faults]), [["corner", 1, 1], ["west", 2, 1], [ELSEWHERE, 1, 0]]);
});
