import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, PHOTO_MOST_BYTES, photoOfVisit, smallEnough } from "../../../gateway/web/front/src/technician/model/photo.ts";

test("a picture is made smaller and never larger, and keeps its shape", () => {
  assert.deepEqual(fitted(4000, 3000, 1280), [1280, 960]);
  assert.deepEqual(fitted(3000, 4000, 1280), [960, 1280]);
  assert.deepEqual(fitted(640, 480, 1280), [640, 480]);
  assert.deepEqual(fitted(20_000, 3, 1280), [1280, 1]);
});

test("the best JPEG that is small enough is taken", async () => {
  const tried: number[][] = [];
  const made = await smallEnough(async (side, quality) => {
    tried.push([side, quality]);
    return new Blob([new Uint8Array(Math.round(side * side * quality * 0.22))]);
  });
  assert.deepEqual(tried, [[1280, 0.85], [1280, 0.7], [1280, 0.5]]);
  assert.ok(made && made.size <= PHOTO_MOST_BYTES);
});

test("what can't be made small enough, or not be drawn, is no photo", async () => {
  assert.equal(await smallEnough(async () => new Blob([new Uint8Array(PHOTO_MOST_BYTES + 1)])), null);
  assert.equal(await smallEnough(async () => null), null);
});

test("a new report has the photo of the report before if that is of the same visit", () => {
  const report = { made: "2026-11-30T10:00:00Z", photo: "p" };
  assert.equal(photoOfVisit(report, Date.parse("2026-11-30T11:00:00Z")), "p");
  assert.equal(photoOfVisit(report, Date.parse("2026-12-01T10:00:00Z")), null);
  assert.equal(photoOfVisit({ made: report.made }, Date.parse("2026-11-30T11:00:00Z")), null);
});
