// What the page knows of gateways. Pure: states, health, assets and alarms in, rows out.
import { latest } from "./assets.js";

/**
 * @typedef {import("./assets.js").Asset} Asset
 * @typedef {import("./assets.js").Alarm} Alarm
 * @typedef {{operator: string, gateway: string, state: string, version?: string, clock?: string, seen_ms?: number, backlog_batches?: number,
 *   line_load?: number, delay_s?: number}} StoredGateway as the store knows it
 * @typedef {{name: string, state: string, heardMs: number, alarms: number, version?: string, clock?: string, backlog?: number, lineLoad?: number,
 *   delayS?: number}} GatewayRow times in milliseconds, the load of its busiest line in percent
 */

/**
 * Return a row for every gateway, those that need attention first. A gateway was heard when its health or a reading of its assets arrived.
 * @param {Record<string, string>} states by operator/gateway @param {StoredGateway[]} stored @param {Iterable<Asset>} assets @param {Alarm[]} alarms
 * @returns {GatewayRow[]}
 */
export function gatewayRows(states, stored, assets, alarms) {
  const bySubject = new Map();
  for (const alarm of alarms) bySubject.set(alarm.subject, (bySubject.get(alarm.subject) ?? 0) + 1);
  const rows = new Map();
  const add = (name, more) => rows.set(name, { name, heardMs: NaN, alarms: 0, ...rows.get(name), ...more });
  for (const one of stored) {
    add(`${one.operator}/${one.gateway}`, { state: one.state, version: one.version, clock: one.clock, heardMs: one.seen_ms ?? NaN,
      backlog: one.backlog_batches, lineLoad: one.line_load, delayS: one.delay_s });
  }
  for (const [name, state] of Object.entries(states)) add(name, { state });
  const counted = new Set();
  for (const asset of assets) {
    const row = rows.get(`${asset.operator}/${asset.gateway}`);
    if (!row) continue;
    row.heardMs = newest(row.heardMs, latest(asset));
    const known = `${row.name} ${asset.asset}`;
    if (!counted.has(known)) row.alarms += bySubject.get(asset.asset) ?? 0;
    counted.add(known);
  }
  for (const row of rows.values()) row.alarms += bySubject.get(row.name) ?? 0;
  return [...rows.values()].sort((a, b) => attention(b) - attention(a) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

const newest = (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

const attention = (row) => (row.state === "offline" ? 2 : 0) + (row.clock === "unsynced" || row.alarms ? 1 : 0);
