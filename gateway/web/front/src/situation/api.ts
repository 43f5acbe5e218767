// What the Situation Room sends to its pages: see gateway/web/situation/pages.

/** Who uses the page; the role is null if nobody is known. The name is person@organisation. */
export interface Session {
  name: string | null;
  role: "viewer" | "operator" | null;
  csrf: string;
}

/** A text of an organisation: in Italian, and in English if there is one. */
export interface OwnText {
  it: string;
  en?: string | null;
}

export type State = "proposed" | "planned" | "confirmed" | "active" | "ended" | "cancelled";

export type AnswerWord = "seen" | "accepted" | "objected";

export interface Acknowledgement {
  organisation: string;
  answer: AnswerWord;
  version: number;
  time: string;
  note?: string | null;
}

export interface Timing {
  planned_start: string;
  planned_end?: string | null;
  actual_start?: string | null;
  actual_end?: string | null;
  start_verified?: boolean;
  end_verified?: boolean;
}

export interface Street {
  name: string;
  number_from?: string | null;
  number_to?: string | null;
}

/** The properties of a situation that pages show. */
export interface Properties {
  kind: string;
  headline: OwnText;
  description?: OwnText | null;
  internal?: { text?: string | null; contact?: string | null } | null;
  timing: Timing;
  information_status?: string;
  location?: { street_refs?: Street[] };
  related?: { id: string; relation?: string }[];
  audience?: { public?: boolean; organisations?: string[] };
  owner: string;
  version: number;
  state: State;
  overrunning?: boolean;
  start_unconfirmed?: boolean;
  acknowledgements?: Acknowledgement[];
  comments?: { organisation: string; time: string; text: string }[];
}

export interface Feature {
  id: string;
  geometry: GeoJSON.Geometry | null;
  properties: Properties;
}

export interface Question {
  organisation: string;
  about: "proposal" | "start" | "end";
  due_ms: number;
}

export interface Conflict {
  id: string;
  grounds: string[];
  days_between: number;
  distance_m?: number;
}

export interface Together {
  id: string;
  days_between: number;
  saved_days: number;
}

export type Verb = "acknowledge" | "confirm" | "begin" | "end" | "cancel" | "take-back";

/** A situation, its time as far as is known, and what the organisation can do with it. Answers count from the version `content_version` on. */
export interface Item {
  feature: Feature;
  from_ms: number;
  to_ms?: number;
  is_whole?: boolean;
  content_version?: number;
  can?: Verb[];
  questions?: Question[];
  conflicts?: Conflict[];
  together?: Together[];
}

/** Something that was done; what the Situation Room did has no organisation. */
export interface News {
  number: number;
  at_ms: number;
  situation: string;
  kind: string;
  headline: OwnText;
  action: string;
  state: State;
  owner: string;
  organisation?: string;
  answer?: AnswerWord;
  note?: string;
  exercise?: boolean;
}

/** Everything that the wall shows. */
export interface Board {
  now_ms: number;
  zone: string;
  number: number;
  organisation: string;
  may_act: boolean;
  organisations: Record<string, { title: string; authority: boolean }>;
  items: Item[];
  news: News[];
}

export interface Change {
  now_ms: number;
  items: Item[];
  gone: string[];
  news: News[];
}

/** What a situation affects, for those who see all of it, and what the organisation owns near it. */
export interface Around {
  affected?: { asset_count: number; assets: string[]; lines: string[]; stops: { id: string; name?: string | null; replaced_by?: string | null }[] };
  near_own_assets: { id: string; distance_m: number }[];
}

export interface HistoryRow {
  number: number;
  time: string;
  action: string;
  version: number;
  state: State;
  organisation?: string;
  person?: string;
}
