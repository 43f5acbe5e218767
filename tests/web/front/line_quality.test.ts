import assert from "node:assert/strict";
import { test } from "node:test";
import { setLanguage } from "../../../gateway/web/front/src/shared/words.ts";
import type { DeviceQuality } from "../../../gateway/web/front/src/technician/api.ts";
import { answeredPercent, verdict } from "../../../gateway/web/front/src/technician/model/line_quality.ts";

const counted = (more: Partial<DeviceQuality>): DeviceQuality => ({
  id: "d", profile: "p", state: "answers", sent: 1000, answered: 1000, timeouts: 0, crc_errors: 0, exceptions: 0, late: 0, foreign: 0, bytes: 0, round_trip_p50_ms: null, round_trip_p95_ms: null,
  share: 1, uncovered: [], ...more,
});

test("the share of answered requests is never rounded up", () => {
  setLanguage("en");
  assert.deepEqual([counted({}), counted({ answered: 999 }), counted({ sent: 3, answered: 2 }), counted({ sent: 0, answered: 0 })].map(answeredPercent), ["100 %", "99.9 %", "66.6 %", "–"]);
});

test("a bad line is told with what fits its errors", () => {
  const words = (more: Partial<DeviceQuality>): [string, string] => {
    const { tone, text } = verdict(counted(more));
    return [tone, text.split(":")[0]!];
  };
  assert.deepEqual(words({}), ["good", "Answers as it should."]);
  assert.deepEqual(words({ answered: 0, timeouts: 1000 }), ["bad", "Never answered"]);
  assert.deepEqual(words({ answered: 950, crc_errors: 50 }), ["warn", "Damaged responses"]);
  assert.deepEqual(words({ answered: 500, timeouts: 500 }), ["bad", "Responses are missing"]);
  assert.deepEqual(words({ answered: 950, foreign: 50 }), ["warn", "Another device answers in between"]);
  assert.deepEqual(words({ sent: 0, answered: 0 }), ["", "Not asked yet."]);
});
