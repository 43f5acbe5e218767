// The configuration's state, which the tabs, the trial's bar and several views show.
import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { ConfigState } from "./api.ts";
import { useRepeated } from "./parts/hooks.ts";

const EVERY_MS = 5000;

/** The state, and when what is on trial is undone, by the phone's clock. */
export interface Config {
  config: ConfigState | null;
  untilMs: number;
  problem: string | null;
  refresh: () => void;
}

export const ConfigContext = createContext<Config>({ config: null, untilMs: 0, problem: null, refresh: () => undefined });

export const useConfig = (): Config => useContext(ConfigContext);

export function useConfigFollowing(): Config {
  const { answer, problem, ask } = useRepeated<ConfigState>("/api/config", EVERY_MS);
  const untilMs = useMemo(() => Date.now() + 1000 * (answer?.trial?.left_s ?? 0), [answer]);
  return { config: answer, untilMs, problem, refresh: ask };
}
