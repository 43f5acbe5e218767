// Requests to the gateway. Every failure becomes a sentence that says what to do.
import { say } from "../shared/say.ts";
import { locale } from "../shared/words.ts";

const TIMEOUT_MS = 30_000;

/** A request that failed: its HTTP status, 0 without an answer, and what is wrong. */
export class RequestFailed extends Error {
  readonly status: number;
  readonly retryAfterS: number;

  constructor(status: number, message: string, retryAfterS = 0) {
    super(message);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** What the page must send with every change, beside its cookie; the gateway tells it with the session. */
let token = "";
let onLoggedOut = (): void => undefined;

/** Set the session's token, and what to do when the session has ended. */
export function useSession(sessionToken: string, loggedOut: () => void): void {
  token = sessionToken;
  onLoggedOut = loggedOut;
}

export const get = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> => request<Answer>("GET", path, undefined, signal);

export const post = <Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> => request<Answer>("POST", path, body, signal);

/** Send a file as it is. */
export const postFile = <Answer>(path: string, file: Blob): Promise<Answer> => request<Answer>("POST", path, file);

async function request<Answer>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const control = new AbortController(), timer = setTimeout(() => control.abort(), TIMEOUT_MS);
  signal?.addEventListener("abort", () => control.abort());
  const headers: Record<string, string> = method === "GET" ? {} : { "content-type": body instanceof Blob ? "application/octet-stream" : "application/json", "X-CSRF-Token": token };
  const options = { method, headers, signal: control.signal };
  try {
    const answer = await fetch(path, body === undefined ? options : { ...options, body: body instanceof Blob ? body : JSON.stringify(body) });
    if (!answer.ok) throw await failure(answer, path);
    return (answer.status === 204 ? null : await answer.json()) as Answer;
  } catch (error) {
    if (error instanceof RequestFailed || signal?.aborted) throw error;
    throw new RequestFailed(0, say("The gateway does not answer. Check that the phone is still in its network.",
      "Il gateway non risponde. Controllare che il telefono sia ancora nella sua rete."));
  } finally {
    clearTimeout(timer);
  }
}

async function failure(answer: Response, path: string): Promise<RequestFailed> {
  if (answer.status === 401 && path !== "/api/login") onLoggedOut();
  const told = (await answer.json().catch(() => ({}))) as { error?: string; error_it?: string };
  const sentence = (locale() === "it" ? told.error_it : undefined) ?? told.error ?? `HTTP ${answer.status}`;
  return new RequestFailed(answer.status, sentence[0]!.toUpperCase() + sentence.slice(1), Number(answer.headers.get("retry-after") ?? 0));
}

/** Handlers of a stream's events by their names, with their data. */
export type Handlers = Record<string, (data: never) => void>;

const RECONNECT_MS = 3000;

/**
 * Follow a stream of events until the returned function is called. A browser reconnects by itself after a cut, but not after a refusal.
 * `onLink` is told whether the stream is connected.
 */
export function follow(path: string, handlers: Handlers, onLink: (connected: boolean) => void = () => undefined): () => void {
  let source: EventSource, timer = 0, ended = false;
  const open = (): void => {
    source = new EventSource(path);
    source.onopen = () => onLink(true);
    source.onerror = () => {
      onLink(false);
      if (source.readyState === EventSource.CLOSED && !ended) timer = window.setTimeout(open, RECONNECT_MS);
    };
    for (const [name, work] of Object.entries(handlers)) source.addEventListener(name, (event) => work(JSON.parse((event as MessageEvent<string>).data) as never));
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
