// The ports and endpoints that a person has typed, which the phone remembers: the newest first.
import type { TypedEndpoint } from "./model/ports.ts";

const KEY = "typed", MOST = 5;

export function typedEndpoints(): TypedEndpoint[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? (stored as TypedEndpoint[]).filter((one) => typeof one?.target === "string" && typeof one.rtu === "boolean") : [];
  } catch {
    return [];
  }
}

export function noteTyped(one: TypedEndpoint): void {
  localStorage.setItem(KEY, JSON.stringify([one, ...typedEndpoints().filter((other) => other.target !== one.target)].slice(0, MOST)));
}
