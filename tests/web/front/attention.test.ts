import assert from "node:assert/strict";
import { test } from "node:test";
import { setLanguage } from "../../../gateway/web/front/src/shared/words.ts";
import type { DeviceView, LineView, LocalState } from "../../../gateway/web/front/src/technician/api.ts";
import { attention } from "../../../gateway/web/front/src/technician/model/attention.ts";

const device = (id: string, state: DeviceView["state"] = "answers", unit: number | null = 3): DeviceView =>
  ({ id, profile: "p", model: "Meter", state, asset: id, unit, every_s: 10, last_ms: 1 });

const line = (more: Partial<LineView> = {}): LineView => ({ id: "street", port: "/dev/ttyUSB0", kind: "serial", broken: false, stalled: false, load: 20, missed: 0, devices: [device("a"), device("b")], ...more });

const state = (more: Partial<LocalState> = {}, uplink: Partial<LocalState["uplink"]> = {}): LocalState => ({
  identity: { site: "prato", operator: "citelum", gateway: "gw-1", version: "1", host: "pi" }, up_s: 1, now_ms: 1, clock: "synced", disk_free: 80, readings: 1, ok: true,
  uplink: { broker: "b", connected: true, confirm: "stored", waiting: 0, unconfirmed: 0, cloned_by: null, certificate_days: 60, ...uplink }, lines: [line()], ...more,
});

const whats = (one: LocalState): string[] => attention(one).map((found) => `${found.tone}: ${found.what}`);

test("nothing needs attention while all is well", () => {
  assert.deepEqual(attention(state()), []);
  assert.deepEqual(attention(state({ lines: [], clock: "holdover", disk_free: null }, { certificate_days: null })), []);
});

test("each thing that is wrong is named once, with what to do, the worst first", () => {
  setLanguage("en");
  const found = attention(state({ clock: "unsynced", disk_free: 2.4, lines: [line({ devices: [device("a", "silent"), device("b")] })] }, { connected: false }));
  assert.deepEqual(found.map((one) => one.what), ["No connection to the centre.", "a does not answer.", "Only 2 % of the disk is free.", "The clock is not set."]);
  assert.match(found[1]!.todo, /address is 3/);
  assert.ok(found.every((one) => one.todo.length > 10));
});

test("a line on which nobody answers is one problem, not one for each device", () => {
  const silent = [device("a", "silent"), device("b", "silent")];
  assert.deepEqual(whats(state({ lines: [line({ devices: silent })] })), ["bad: Line street: no device answers."]);
  assert.deepEqual(whats(state({ lines: [line({ devices: silent, broken: true })] })), ["bad: Line street: ttyUSB0 can't be used."]);
  assert.deepEqual(whats(state({ lines: [line({ devices: [device("a", "silent")] })] })), ["bad: a does not answer."]);
});

test("a fault that only the gateway knows of is told, too", () => {
  assert.deepEqual(whats(state({ ok: false })), ["bad: The gateway reports a fault."]);
  assert.deepEqual(whats(state({ ok: false }, { connected: false })), ["bad: No connection to the centre."]);
});

test("a certificate is a warning before it ends, and an error afterwards", () => {
  assert.deepEqual(whats(state({}, { certificate_days: 3.9 })), ["warn: The certificate ends in 3 days."]);
  assert.deepEqual(whats(state({}, { certificate_days: -1 })), ["bad: The certificate has expired."]);
});

test("a copy of the card, a stuck line and a busy line are told", () => {
  assert.deepEqual(whats(state({ lines: [line({ stalled: true, load: 95.4 })] }, { cloned_by: "pi-2" })),
    ["bad: Another machine, pi-2, uses this gateway's name.", "bad: Line street makes no progress.", "warn: Line street is 95 % busy."]);
});

test("every sentence is there in Italian", () => {
  setLanguage("it");
  const found = attention(state({ clock: "unsynced", disk_free: 5, lines: [line({ broken: true }), line({ stalled: true, load: 99, devices: [device("a", "silent", null), device("b")] })] },
    { connected: false, cloned_by: "x", certificate_days: 2 }));
  setLanguage("en");
  const english = new Set(whats(state({ clock: "unsynced", disk_free: 5 }, { connected: false })).map((one) => one.split(": ")[1]));
  assert.equal(found.length, 9);
  assert.ok(found.every((one) => !english.has(one.what)));
});
