// The board as it comes, and whether the connection is there.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Board, Change } from "./api.ts";
import { changed } from "./model/board.ts";

/** The page's connection: there, lost since an instant, or being made. */
export type Link = { state: "live" } | { state: "waiting" } | { state: "cut"; sinceMs: number };

/** What is known now; `aheadMs` is how far the server's clock is ahead of this one. */
export interface Live {
  board: Board | null;
  link: Link;
  aheadMs: number;
}

/** The server says something every 8 s; after so long without, the connection is lost, though nobody has closed it. */
const SILENT_MS = 25_000;

const RETRY_MS = 3_000;

/** Follow the board for as long as a component is shown. `onRefused` is called when the server is there, but lets the page in no more. */
export function useBoard(onRefused: () => Promise<boolean>): Live {
  const [live, setLive] = useState<Live>({ board: null, link: { state: "waiting" }, aheadMs: 0 });
  const refused = useRef(onRefused);
  refused.current = onRefused;
  useEffect(() => follow((update) => setLive(update), () => refused.current()), []);
  return live;
}

function follow(set: (update: (before: Live) => Live) => void, onRefused: () => Promise<boolean>): () => void {
  let source: EventSource | null = null, timer = 0, ended = false;
  const heard = (): void => { clearTimeout(timer); timer = window.setTimeout(again, SILENT_MS); };
  const lost = (): void => set((before) => (before.link.state === "cut" ? before : { ...before, link: { state: "cut", sinceMs: Date.now() } }));
  const again = (): void => {
    source?.close();
    lost();
    clearTimeout(timer);
    timer = window.setTimeout(() => void onRefused().then((isOut) => { if (!isOut && !ended) open(); }), RETRY_MS);
  };
  const on = <Data>(name: string, work: (before: Live, data: Data) => Live): void => source!.addEventListener(name, (event) => {
    heard();
    const data = JSON.parse((event as MessageEvent<string>).data) as Data;
    set((before) => ({ ...work(before, data), link: { state: "live" } }));
  });
  const open = (): void => {
    source = new EventSource("/api/events");
    source.onerror = again;
    on<Board>("board", (before, board) => ({ ...before, board, aheadMs: board.now_ms - Date.now() }));
    on<Change>("change", (before, change) => (before.board ? { ...before, board: changed(before.board, change), aheadMs: change.now_ms - Date.now() } : before));
    on<number>("alive", (before, nowMs) => ({ ...before, aheadMs: nowMs - Date.now() }));
  };
  const back = (): void => { if (document.visibilityState === "visible" && source?.readyState !== EventSource.OPEN) { source?.close(); open(); } };
  open();
  heard();
  document.addEventListener("visibilitychange", back);
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
    document.removeEventListener("visibilitychange", back);
  };
}
