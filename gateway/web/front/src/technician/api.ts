// What the gateway's routes send and receive, as docs/technician-api.md describes them.

import type { Sentence } from "../shared/say.ts";

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

/** A product that a device may be, and what speaks for it and against it. */
export interface Candidate {
  profile: string;
  vendor: string;
  model: string;
  reasons: Sentence[];
  doubts: Sentence[];
  serial_number: string | null;
}

export interface Identification {
  candidates: Candidate[];
  apart: Sentence[];
  objects: Record<string, string>;
}

export type BadgeKind = "new" | "known" | "duplicate" | "wrong_setting" | "moved" | "replaced";

/** A device that a scan found; `unit` is null for an instrument that does not speak Modbus. */
export interface Found {
  unit: number | null;
  settings: string | null;
  how: "modbus" | "query" | "listening";
  garbled: boolean;
  also_at: string[];
  identification: Identification;
  notes: Sentence[];
  badges: BadgeKind[];
}

export interface Obstacle {
  kind: "master" | "unknown";
  settings: string | null;
  sentence: Sentence;
}

export interface ScanProgress {
  settings: string | null;
  unit: number | null;
  left_s: number;
}

/** One check of the doctor; `fix` says what to do. */
export interface Check {
  name: string;
  state: "ok" | "warning" | "failed" | "unknown" | "not applicable";
  sentence: Sentence;
  fix: Sentence | null;
}

export interface Checks {
  checks: Check[];
}

/** A serial port of the gateway; `stable` is its path by the socket that it is plugged into, `line` the line that uses it. */
export interface ScanPort {
  path: string;
  stable: string | null;
  description: string;
  serial_number: string | null;
  line: string | null;
}

/** A device of the site that did not respond. */
export interface Missing {
  device: string;
  unit: number | null;
  sentence: Sentence;
  moved_to: number[];
}

export interface ScanEnd {
  complete: boolean;
  devices: number;
  obstacle: Obstacle | null;
  missing: Missing[];
  stopped: boolean;
  problem: string | null;
  problem_it: string | null;
}

export interface ScanState {
  running: boolean;
  target: string | null;
  rtu_over_tcp: boolean;
  line: string | null;
  found: Found[];
  progress: ScanProgress | null;
  end: ScanEnd | null;
}

/** One thing that differs between two configurations, with a sentence. */
export interface Difference extends Sentence {
  kind: "line" | "device" | "asset" | "key";
  name: string;
  what: "added" | "removed" | "changed";
  key: string;
  before: string | null;
  after: string | null;
}

/** What keeps a site file from being applied. */
export interface ConfigProblem {
  line: number;
  column: number;
  what: string;
  instead: string;
  what_it: string;
  instead_it: string;
}

/** Changes that are not applied yet, in words and as rows of the site file. */
export interface Staged {
  hash: string;
  differences: Difference[];
  diff: string;
  problems: ConfigProblem[];
  /** The lines that differ. */
  lines: string[];
}

/** A change on trial; it is undone in `left_s` seconds unless somebody confirms it. */
export interface ConfigTrial {
  by: string;
  why: string;
  at_ms: number;
  left_s: number;
}

export interface ConfigState {
  hash: string;
  text: string;
  staged: Staged | null;
  trial: ConfigTrial | null;
}

/** A change that is over. */
export interface PastChange {
  number: number;
  new: string;
  by: string;
  why: string;
  at_ms: number;
  outcome: "confirmed" | "undone" | "superseded";
  reason: string;
}

export interface Product {
  profile: string;
  vendor: string;
  model: string;
}

/** An asset of the city's register. */
export interface RegisterAsset {
  asset: string;
  name: string | null;
  lat: number | null;
  lon: number | null;
}

/** Something in the values that is not as it should be. */
export interface Finding {
  sentence: Sentence;
  todo: Sentence;
  apart?: Sentence;
  certainty: "certain" | "likely" | "possible";
}

/** What a device answered as some product, before anything is saved. */
export interface Trial {
  values: LiveValue[];
  took_ms: number;
  findings: Finding[];
}

/** The load of a line in percent, without and with a device. */
export interface LoadForecast {
  before: number;
  after: number;
}

/** A device to be put into service. */
export interface Commissioned {
  target: string;
  rtu_over_tcp: boolean;
  unit: number | null;
  settings: string | null;
  profile: string;
  asset: string;
  lat: number | null;
  lon: number | null;
  every_s: number | null;
  copies: number;
}

/** An alarm that is active. */
export interface ReportedAlarm extends Sentence {
  device: string;
  asset: string;
}

/** Values that do not fit each other, at a device or an asset. */
export interface ReportedFinding extends Sentence {
  where: string;
  certainty: "certain" | "likely" | "possible";
  todo_en: string;
  todo_it: string;
}

/** The photo of an installation, which the gateway keeps under its hash. */
export interface ReportedPhoto {
  sha256: string;
  width: number;
  height: number;
}

/** A report of the installation, and its signature by the gateway's key. */
export interface ReportFile {
  report: {
    made: string;
    verdict: "green" | "red";
    reasons: Sentence[];
    alarms?: ReportedAlarm[];
    findings?: ReportedFinding[];
    photo?: ReportedPhoto;
    configuration: string;
    lines: { id: string; devices: { id: string }[] }[];
  };
  signature?: string;
}

/** The LED that flashes, and for how long. */
export interface FlashingLed {
  led: string;
  seconds: number;
}

export interface SentReport {
  sent: boolean;
}

/** Something that is wrong with a line or a device. */
export interface Cause {
  kind: string;
  certainty: "certain" | "likely" | "possible";
  where: string;
  sentence: Sentence;
  todo: Sentence;
  apart: Sentence;
  reasons: Sentence[];
}

export interface LineVerdict {
  line: string;
  causes: Cause[];
}

export interface CopyView {
  devices: string[];
}

/** What would be written to give a device another address, and if it was, how it ended. */
export interface ReaddressView {
  preview: Sentence;
  result: "done" | "after restart" | "refused" | "unchanged" | "lost" | null;
  sentence: Sentence | null;
}

/** What can be changed about a device; `usual_s` is its product's interval, and the rest matters only to a meter. */
export interface DeviceForm {
  device: string;
  line: string;
  usual_s: number;
  is_meter: boolean;
  every_s: number | null;
  meter: string | null;
  reversed: boolean;
  current_ratio: number;
  voltage_ratio: number;
}

/** How far the enrolment of the gateway is. */
export interface EnrolmentView {
  user: string;
  state: "none" | "waiting" | "enrolled";
  ends_ms: number | null;
  in_use: boolean;
  staged: boolean;
}

/** What became of a register file. */
export interface RegisterImport {
  imported: number;
  left_out: number;
  reasons: string[];
}
