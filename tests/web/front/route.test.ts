import assert from "node:assert/strict";
import { test } from "node:test";
import { linkTo, placeOf } from "../../../gateway/web/front/src/technician/route.ts";

test("a link leads to its place, whatever its parts contain", () => {
  for (const about of [[], ["qe-041"], ["a/b", "ü %", "?x=1", "#"]]) {
    const place = placeOf(linkTo("device", about, { port: "/dev/ttyUSB0?&" }));
    assert.deepEqual([place.view, place.about, place.values.get("port")], ["device", about, "/dev/ttyUSB0?&"]);
  }
});

test("an address without a view, or with a damaged one, still names a place", () => {
  assert.equal(placeOf("").view, "home");
  assert.equal(placeOf("#/").view, "home");
  assert.deepEqual(placeOf("#/device/%E0%A4%A").about, ["%E0%A4%A"]);
});
