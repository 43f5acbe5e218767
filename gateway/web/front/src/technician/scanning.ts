// The scan that runs, or the last one. A page that has shown the scan follows it until it is closed, whatever it shows then, and when it is loaded
// again: the gateway stops a scan that nobody follows.
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import type { ScanState } from "./api.ts";
import { follow } from "./client.ts";
import { afterEvent, NO_SCAN, type FollowedScan, type ScanEvent } from "./model/scan.ts";

export const ScanContext = createContext<FollowedScan>(NO_SCAN);

export const useScan = (): FollowedScan => useContext(ScanContext);

const FOLLOWED = "scan-followed";

/** Follow the scan for as long as a component is shown, from when it shows the scan for the first time. */
export function useScanFollowing(isShown: boolean): FollowedScan {
  const [scan, take] = useReducer(afterEvent, NO_SCAN);
  const [isFollowed, setFollowed] = useState(() => sessionStorage.getItem(FOLLOWED) !== null);
  useEffect(() => {
    if (!isShown) return;
    sessionStorage.setItem(FOLLOWED, "yes");
    setFollowed(true);
  }, [isShown]);
  useEffect(() => isFollowed ? follow("/api/scan/events", { state: (state: ScanState) => take({ state }), scan: (event: ScanEvent) => take(event) }) : undefined, [isFollowed]);
  return scan;
}
