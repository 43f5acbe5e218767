// Requests to the Situation Room. Every failure becomes a sentence that says what to do.
import { say } from "../shared/say.ts";
import { locale } from "../shared/language.ts";
import type { Session, Verb } from "./api.ts";

const TIMEOUT_MS = 20_000;

/** A request that failed: its HTTP status, 0 without an answer, and what is wrong. */
export class RequestFailed extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const askSession = (): Promise<Session> => request<Session>("GET", "/api/session");

export const logIn = (name: string, password: string): Promise<Session> => request<Session>("POST", "/api/login", { name, password });

export const logOut = (csrf: string): Promise<null> => request<null>("POST", "/api/logout", {}, { "X-CSRF-Token": csrf });

export const get = <Answer>(path: string): Promise<Answer> => request<Answer>("GET", path);

/** Do something with a situation. The same `number` again is the same request, which is done once. */
export const act = (csrf: string, situation: string, verb: Verb, body: object, number: string): Promise<unknown> =>
  request("POST", `/api/situations/${encodeURIComponent(situation)}/${verb}`, body, { "X-CSRF-Token": csrf, "Idempotency-Key": number });

/** Return a number for a request. */
export const requestNumber = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function request<Answer>(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Answer> {
  const options = method === "GET" ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...more } };
  let answer: Response;
  try {
    answer = await fetch(path, { method, signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  } catch {
    throw new RequestFailed(0, say("The server does not answer: it was not sent. Try again.", "Il server non risponde: non è stato inviato. Riprovare."));
  }
  if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as Answer;
  const told = (await answer.json().catch(() => ({}))) as { error?: string; error_it?: string };
  const sentence = (locale() === "it" ? told.error_it : undefined) ?? told.error ?? `HTTP ${answer.status}`;
  throw new RequestFailed(answer.status, sentence[0]!.toUpperCase() + sentence.slice(1));
}
