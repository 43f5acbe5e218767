// What the gateway's routes send and receive, as docs/technician-api.md describes them.

export interface UplinkView {
  broker: string;
  connected: boolean;
  confirm: "stored" | "broker";
  waiting: number | null;
  unconfirmed: number;
  cloned_by: string | null;
  certificate_days: number | null;
}

export interface DeviceView {
  id: string;
  profile: string;
  model: string;
  state: "answers" | "silent" | "off" | "not yet heard";
  asset: string;
  unit: number | null;
  every_s: number;
  last_ms: number | null;
}

export interface LineView {
  id: string;
  port: string;
  kind: "serial" | "tcp" | "rtu_over_tcp";
  broken: boolean;
  stalled: boolean;
  load: number;
  missed: number;
  devices: DeviceView[];
}

export interface IdentityView {
  site: string;
  operator: string;
  gateway: string;
  version: string;
  host: string;
}

export interface LocalState {
  identity: IdentityView;
  up_s: number;
  now_ms: number;
  clock: "synced" | "holdover" | "unsynced";
  disk_free: number | null;
  readings: number;
  ok: boolean;
  uplink: UplinkView;
  lines: LineView[];
}

export interface LiveValue {
  field: string;
  value: number | string | boolean | null;
  unit: string | null;
  quality: string;
}

export interface LiveReading {
  device: string;
  asset: string;
  measurement: string;
  t_ms: number;
  values: LiveValue[];
}

/** Who has logged in; `csrf` is sent with every change. */
export interface Session {
  gateway: string;
  role: "technician" | "reader" | null;
  csrf: string;
}

/** The counters of a device since the start; `share` is its share of the line's time in percent. */
export interface DeviceQuality {
  id: string;
  profile: string;
  state: string;
  sent: number;
  answered: number;
  timeouts: number;
  crc_errors: number;
  exceptions: number;
  late: number;
  foreign: number;
  bytes: number;
  round_trip_p50_ms: number | null;
  round_trip_p95_ms: number | null;
  share: number;
  uncovered: string[];
}

export interface LineQuality {
  id: string;
  broken: boolean;
  missed: number;
  devices: DeviceQuality[];
}

export interface LinesReport {
  gateway: string;
  lines: LineQuality[];
}

/** A value over time that can be drawn. */
export interface Series {
  device: string;
  asset: string;
  measurement: string;
  field: string;
  unit: string | null;
}

export interface SeriesPoints {
  from_ms: number;
  to_ms: number;
  unit: string | null;
  every_s: number;
  points: [tMs: number, value: number | string | boolean | null][];
}

/** What was sent to a device, or came from it. */
export interface Frame {
  t_ms: number;
  sent: boolean;
  unit: number | null;
  hex: string;
}

export type RegisterTable = "input" | "holding" | "coil" | "discrete";

export interface RegisterAnswer {
  status: "done" | "refused" | "no response" | "expired" | "line down";
  reason: string;
  exception: number | null;
  words: number[];
  bits: boolean[];
}

export interface LogRecord {
  number: number;
  t_ms: number;
  level: "info" | "warning" | "error";
  logger: string;
  message: string;
}
