import assert from "node:assert/strict";
import { test } from "node:test";
import { setLanguage } from "../../../gateway/web/front/src/shared/words.ts";
import { rowsOf } from "../../../gateway/web/front/src/technician/model/registers.ts";

test("registers are shown in the ways that data sheets use", () => {
  setLanguage("en");
  const rows = rowsOf(10, { words: [0x4366, 0x6666, 0xffff], bits: [] });
  assert.deepEqual(rows.map((row) => [row.address, row.hex, row.unsigned, row.signed, row.float]), [[10, "4366", "17254", "17254", "230.4"], [11, "6666", "26214", "26214", ""], [12, "ffff", "65535", "-1", ""]]);
});

test("bits are 0 or 1", () => {
  assert.deepEqual(rowsOf(0, { words: [], bits: [true, false] }).map((row) => [row.address, row.unsigned]), [[0, "1"], [1, "0"]]);
});
