// How views ask the gateway, and what they show meanwhile.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { follow, get } from "../client.ts";

/** Something that was asked for: not here yet, here, or why not. */
export interface Asked<Answer> {
  answer: Answer | null;
  problem: string | null;
  busy: boolean;
  ask: () => void;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ask for something when the view is shown and when the path changes; nothing while the path is null. */
export function useAnswer<Answer>(path: string | null): Asked<Answer> {
  const [found, setFound] = useState<{ path: string; answer: Answer | null; problem: string | null } | null>(null);
  const [times, setTimes] = useState(0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (path === null) return undefined;
    const control = new AbortController();
    setBusy(true);
    get<Answer>(path, control.signal).then((answer) => setFound({ path, answer, problem: null }),
      (error: unknown) => { if (!control.signal.aborted) setFound((before) => ({ path, answer: before?.path === path ? before.answer : null, problem: wordsOf(error) })); })
      .finally(() => { if (!control.signal.aborted) setBusy(false); });
    return () => control.abort();
  }, [path, times]);
  const here = found?.path === path ? found : null;
  return { answer: here?.answer ?? null, problem: here?.problem ?? null, busy, ask: useCallback(() => setTimes((before) => before + 1), []) };
}

/** Something that a person starts: whether it is under way, and what went wrong. */
export interface Work<Arguments extends unknown[]> {
  busy: boolean;
  problem: string | null;
  run: (...given: Arguments) => void;
}

export function useWork<Arguments extends unknown[]>(work: (...given: Arguments) => Promise<void>): Work<Arguments> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const shown = useRef(true);
  useEffect(() => { shown.current = true; return () => { shown.current = false; }; }, []);
  const run = (...given: Arguments): void => {
    setBusy(true);
    setProblem(null);
    work(...given).catch((error: unknown) => { if (shown.current) setProblem(wordsOf(error)); }).finally(() => { if (shown.current) setBusy(false); });
  };
  return { busy, problem, run };
}

/** Return the time, once a second. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** Ask for something again and again while the view is shown. */
export function useRepeated<Answer>(path: string, everyMs: number): Asked<Answer> {
  const asked = useAnswer<Answer>(path);
  useEffect(() => {
    const timer = setInterval(asked.ask, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return asked;
}

/** Return the last items of a stream of lists, the newest last, at most `most`; none while the path is null. */
export function useLast<Item>(path: string | null, name: string, most: number): Item[] {
  const [items, setItems] = useState<Item[]>([]);
  useEffect(() => {
    setItems([]);
    if (path === null) return undefined;
    return follow(path, { [name]: (more: Item[]) => setItems((before) => [...before, ...more].slice(-most)) });
  }, [path]);
  return items;
}
