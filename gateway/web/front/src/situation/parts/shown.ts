// What every part of the page needs.
import type { Board, Session } from "../api.ts";
import type { Link } from "../live.ts";
import type { Filters } from "../model/filters.ts";

/** The board now, how it is looked at, and what people do with the page. */
export interface Shown {
  board: Board;
  link: Link;
  nowMs: number;
  session: Session;
  filters: Filters;
  chosen: string | null;
  onFilter: (filters: Filters) => void;
  onChoose: (situation: string | null) => void;
  onLanguage: () => void;
  onLeave: () => void;
}
