import assert from "node:assert/strict";
import { test } from "node:test";
import { linesAlone, lookOf } from "../../../gateway/web/front/src/technician/model/difference.ts";

test("lines can be applied alone if something else differs, too", () => {
  const device = { kind: "device" }, key = { kind: "key" };
  assert.deepEqual(linesAlone({ lines: ["a", "b"], differences: [device, device] }), ["a", "b"]);
  assert.deepEqual(linesAlone({ lines: ["a"], differences: [device, key] }), ["a"]);
  assert.deepEqual(linesAlone({ lines: ["a"], differences: [device] }), []);
  assert.deepEqual(linesAlone({ lines: [], differences: [key] }), []);
});

test("rows that are new and rows that are gone look different", () => {
  assert.notEqual(lookOf("+  baud: 19200"), lookOf("-  baud: 9600"));
});
