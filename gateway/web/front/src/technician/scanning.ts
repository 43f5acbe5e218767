// The scan that runs, or the last one. It is followed as long as the page is open, whatever it shows: the gateway stops a scan that nobody follows.
import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";
import type { ScanState } from "./api.ts";
import { follow } from "./client.ts";
import { afterEvent, NO_SCAN, type FollowedScan, type ScanEvent } from "./model/scan.ts";

export const ScanContext = createContext<FollowedScan>(NO_SCAN);

export const useScan = (): FollowedScan => useContext(ScanContext);

/** Follow the scan for as long as a component is shown. */
export function useScanFollowing(): FollowedScan {
  const [scan, take] = useReducer(afterEvent, NO_SCAN);
  useEffect(() => follow("/api/scan/events", { state: (state: ScanState) => take({ state }), scan: (event: ScanEvent) => take(event) }), []);
  return scan;
}
