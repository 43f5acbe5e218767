// The gateway's state and the live values, as they come.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { LiveReading, LocalState } from "./api.ts";
import { follow } from "./client.ts";

/** What is known of the gateway now. `aheadMs` is how far its clock is ahead of the phone's. */
export interface Live {
  state: LocalState | null;
  readings: ReadonlyMap<string, LiveReading>;
  connected: boolean;
  aheadMs: number;
}

export const NOTHING_YET: Live = { state: null, readings: new Map(), connected: false, aheadMs: 0 };

export const LiveContext = createContext<Live>(NOTHING_YET);

export const useLive = (): Live => useContext(LiveContext);

const keyOf = (reading: LiveReading): string => `${reading.device}/${reading.asset}/${reading.measurement}`;

/** Follow the gateway's events for as long as a component is shown. */
export function useFollowing(): Live {
  const [live, setLive] = useState(NOTHING_YET);
  useEffect(() => follow("/api/events", {
    state: (state: LocalState) => setLive((before) => ({ ...before, state, connected: true, aheadMs: state.now_ms - Date.now() })),
    values: (readings: LiveReading[]) => setLive((before) => ({ ...before, readings: new Map([...before.readings, ...readings.map((one) => [keyOf(one), one] as const)]) })),
  }, (connected) => setLive((before) => ({ ...before, connected }))), []);
  return live;
}
