// The configuration's state, which the tabs, the trial's bar and several views show.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ConfigState } from "./api.ts";
import { useRepeated } from "./parts/hooks.ts";

const EVERY_MS = 5000;

export interface Config {
  config: ConfigState | null;
  problem: string | null;
  refresh: () => void;
}

export const ConfigContext = createContext<Config>({ config: null, problem: null, refresh: () => undefined });

export const useConfig = (): Config => useContext(ConfigContext);

export function useConfigFollowing(): Config {
  const { answer, problem, ask } = useRepeated<ConfigState>("/api/config", EVERY_MS);
  return { config: answer, problem, refresh: ask };
}
