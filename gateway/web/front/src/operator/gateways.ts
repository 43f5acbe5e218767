// What the page knows of gateways. Pure: states, health, assets and counts of alarms in, rows out.
import { latest, type Asset } from "./assets.ts";

/** A gateway as the store knows it. */
export interface StoredGateway {
  operator: string;
  gateway: string;
  state: string;
  version?: string;
  clock?: string;
  seen_ms?: number;
  backlog_batches?: number;
  line_load?: number;
  delay_s?: number;
}

/** A gateway in the table; `lineLoad` is that of its busiest line, in percent. */
export interface GatewayRow {
  name: string;
  state: string;
  heardMs: number;
  alarms: number;
  version?: string | undefined;
  clock?: string | undefined;
  backlog?: number | undefined;
  lineLoad?: number | undefined;
  delayS?: number | undefined;
}

export type AlarmCount = (operator: string, asset: string) => number;

/**
 * Return a row for every gateway, those that need attention first. A gateway was heard when its health or a reading of its assets arrived.
 * `states` are by operator/gateway; `alarms` returns how many an asset or a gateway of an operator has.
 */
export function gatewayRows(states: Record<string, string>, stored: StoredGateway[], assets: Iterable<Asset>, alarms: AlarmCount): GatewayRow[] {
  const rows = new Map<string, GatewayRow>();
  const add = (name: string, more: Partial<GatewayRow> & { state: string }): void => {
    rows.set(name, { name, heardMs: NaN, alarms: 0, ...rows.get(name), ...more });
  };
  for (const one of stored) {
    add(`${one.operator}/${one.gateway}`, { state: one.state, version: one.version, clock: one.clock, heardMs: one.seen_ms ?? NaN,
      backlog: one.backlog_batches, lineLoad: one.line_load, delayS: one.delay_s });
  }
  for (const [name, state] of Object.entries(states)) add(name, { state });
  const counted = new Set<string>();
  for (const asset of assets) {
    const row = rows.get(`${asset.operator}/${asset.gateway}`);
    if (!row) continue;
    row.heardMs = newest(row.heardMs, latest(asset));
    const known = `${row.name} ${asset.asset}`;
    if (!counted.has(known)) row.alarms += alarms(asset.operator, asset.asset);
    counted.add(known);
  }
  for (const row of rows.values()) row.alarms += alarms(...(row.name.split("/") as [string, string]));
  return [...rows.values()].sort((a, b) => attention(b) - attention(a) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

const newest = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

const attention = (row: GatewayRow): number => (row.state === "offline" ? 2 : 0) + (row.clock === "unsynced" || row.alarms ? 1 : 0);
