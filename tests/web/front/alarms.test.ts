import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlarmEntry, Alarms } from "../../../gateway/web/front/src/operator/alarms.ts";

const TITLE = { en: "Panel dark", it: "Quadro spento" };
const alarm = (more: Partial<AlarmEntry> = {}): AlarmEntry =>
  ({ kind: "panel_outage", priority: 1, state: "unacknowledged", since: "2026-11-23T02:15:00Z", title: TITLE, action: TITLE, ...more });

function of(...entries: [asset: string, alarm: AlarmEntry][]): Alarms {
  const alarms = new Alarms();
  alarms.replace(entries.map(([asset, one]) => ({ operator: "o", asset, alarms: [one] })));
  return alarms;
}

test("the most urgent alarm is first, then the one that waits for somebody, then the newest", () => {
  const alarms = of(["low", alarm({ priority: 4 })], ["known", alarm({ state: "acknowledged", since: "2026-11-23T05:00:00Z" })], ["old", alarm()],
    ["new", alarm({ since: "2026-11-23T04:00:00Z" })], ["returned", alarm({ state: "returned", since: "2026-11-23T03:00:00Z" })]);
  assert.deepEqual(alarms.list(false).map(({ asset }) => asset), ["new", "returned", "old", "known", "low"]);
});

test("what is shelved, or explained by another alarm or by works, is set aside", () => {
  const alarms = of(["a", alarm()], ["b", alarm({ shelved_until: "2026-11-24T00:00:00Z" })], ["c", alarm({ hidden_by: "gateway_silent gw-1" })],
    ["d", alarm({ suppressed_by: "via-roma", suppressed_until: "2026-11-24T00:00:00Z" })]);
  assert.deepEqual([alarms.list(false).length, alarms.list(true).map(({ asset }) => asset)], [1, ["b", "c", "d"]]);
  assert.deepEqual(alarms.counts(), { byPriority: [1, 0, 0, 0], waiting: 1, listed: 1, setAside: 3 });
});

test("alarms that have ended are gone, and others stay", () => {
  const alarms = of(["a", alarm()], ["b", alarm()]);
  alarms.update([{ operator: "o", asset: "a", alarms: [] }]);
  assert.deepEqual(alarms.list(false).map(({ asset }) => asset), ["b"]);
  assert.deepEqual([alarms.count("o", "a"), alarms.count("o", "b"), alarms.count("other", "b")], [0, 1, 0]);
});

test("the worst alarm of an asset is one that is still active and not set aside", () => {
  const alarms = new Alarms();
  alarms.replace([{ operator: "o", asset: "a", alarms: [alarm({ priority: 3 }), alarm({ priority: 2, part: "x" }), alarm({ state: "returned", part: "y" }),
    alarm({ hidden_by: "gateway_silent gw-1", part: "z" })] }]);
  assert.deepEqual([alarms.worst("o", "a")?.part, alarms.worst("o", "b")], ["x", undefined]);
});

test("alarms of the same kind at different parts of an asset are told apart", () => {
  const alarms = new Alarms();
  alarms.replace([{ operator: "o", asset: "a", alarms: [alarm({ part: "x" }), alarm({ part: "y" })] }]);
  assert.equal(new Set(alarms.list(false).map(({ key }) => key)).size, 2);
});
