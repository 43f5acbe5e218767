import assert from "node:assert/strict";
import { test } from "node:test";
import { coordinatesOf, countedUp, placeText, rounded } from "../../../gateway/web/front/src/technician/model/place.ts";

test("coordinates are read as people write and copy them", () => {
  for (const text of ["43.8777, 11.1022", " 43.8777 11.1022 ", "43.8777;11.1022", "43.8777,11.1022"]) assert.deepEqual(coordinatesOf(text), { lat: 43.8777, lon: 11.1022 });
  assert.deepEqual(coordinatesOf("-33.9, -70"), { lat: -33.9, lon: -70 });
});

test("what is no place on the Earth is none", () => {
  for (const text of ["", "43.8777", "91, 11", "43, 181", "43,8777", "north, east", "1, 2, 3"]) assert.equal(coordinatesOf(text), null, text);
});

test("a place that was measured is written with a tenth of a metre, and read back as it was", () => {
  const place = rounded(43.877712345678, 11.102212345678);
  assert.deepEqual(place, { lat: 43.877712, lon: 11.102212 });
  assert.deepEqual(coordinatesOf(placeText(place)), place);
});

test("names of copies count up and keep their width", () => {
  assert.deepEqual(countedUp("qe-041", 3), ["qe-042", "qe-043", "qe-044"]);
  assert.deepEqual(countedUp("pl-0099-a", 2), ["pl-0100-a", "pl-0101-a"]);
  assert.deepEqual(countedUp("lamp", 2), ["lamp-2", "lamp-3"]);
});
