// Who is at the page, and what they may do.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "./api.ts";

export const SessionContext = createContext<Session | null>(null);

/** Return whether a person may change something, or only look. */
export const useMayChange = (): boolean => useContext(SessionContext)?.role === "technician";
