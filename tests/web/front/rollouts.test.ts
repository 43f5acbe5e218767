import assert from "node:assert/strict";
import { test } from "node:test";
import { type Rollout, countsOf, toShow } from "../../../gateway/web/front/src/operator/rollouts.ts";

const NOW_MS = Date.parse("2026-11-26T21:00:00Z");

const rollout = (id: string, ended?: string, stages = {}): Rollout => ({
  id, firmware: { target: "a", model: "m", version: "1" }, state: "running", by: "me", begun: "", deadline: "", operators: [], wave: 0, waves: [], stages, ...(ended ? { ended } : {}),
});

test("devices are counted by what an operator wants to know", () => {
  const stages = { waiting: 1, ordered: 2, running: 3, watched: 4, healthy: 5, failed: 6, refused: 7, unreached: 8 };
  assert.deepEqual(countsOf(rollout("r1", undefined, stages)), { waiting: 1, inHand: 5, watched: 4, healthy: 5, failed: 6, leftOut: 15 });
  assert.deepEqual(countsOf(rollout("r1")), { waiting: 0, inHand: 0, watched: 0, healthy: 0, failed: 0, leftOut: 0 });
});

test("roll-outs that ended long ago are left out, unless there is nothing else", () => {
  const old = rollout("r1", "2026-10-01T00:00:00Z"), fresh = rollout("r2", "2026-11-25T00:00:00Z"), open = rollout("r3");
  assert.deepEqual(toShow([open, fresh, old], NOW_MS).map((one) => one.id), ["r3", "r2"]);
  assert.deepEqual(toShow([old, rollout("r0", "2026-09-01T00:00:00Z")], NOW_MS).map((one) => one.id), ["r1"]);
});
