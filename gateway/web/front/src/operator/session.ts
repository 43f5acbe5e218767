// Who uses the page: the login, the user's name, and the logout.
import { locale } from "../shared/words.ts";
import { asked } from "./asked.ts";
import { byId, element } from "./dom.ts";
import { text } from "./texts.ts";

/** Who uses the page; the role is null if nobody is known, and `login` says what is to be done about it. */
export interface Session {
  name: string | null;
  role: "viewer" | "operator" | null;
  csrf: string;
  login: "password" | "proxy";
  can_leave: boolean;
}

export const askedSession = (): Promise<Session | null> => asked<Session>("/api/session");

export const post = (path: string, body: unknown, csrf = ""): Promise<Response | null> =>
  fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify(body) }).catch(() => null);

/** Show the login, or where to find it. The page starts anew when it has succeeded. */
export function showLogin(session: Session): void {
  byId("login").hidden = false;
  byId("login-form").hidden = session.login !== "password";
  byId("login-proxy").hidden = session.login !== "proxy";
  if (session.login === "password") byId("login-name").focus();
  byId("login-form").addEventListener("submit", (event) => { event.preventDefault(); void logIn(); });
}

/** Return what an answer says is wrong, in the page's language; "" if nothing is. */
export async function problemOf(answer: Response | null): Promise<string> {
  if (answer?.ok) return "";
  const found = (await answer?.json().catch(() => null)) as { error?: string; error_it?: string } | null | undefined;
  return (locale() === "it" ? found?.error_it : undefined) ?? found?.error ?? text().cut;
}

async function logIn(): Promise<void> {
  const button = byId<HTMLButtonElement>("login-button"), error = byId("login-error");
  button.disabled = true;
  const answer = await post("/api/login", { name: byId<HTMLInputElement>("login-name").value, password: byId<HTMLInputElement>("login-password").value });
  if (answer?.ok) return location.reload();
  button.disabled = false;
  error.textContent = await problemOf(answer);
  error.hidden = false;
  byId<HTMLInputElement>("login-password").select();
}

/** Name the user, and offer the logout if there is a session. */
export function showUser(session: Session): void {
  if (session.name === null || session.role === null) return;
  const leave = async (): Promise<void> => { if ((await post("/api/logout", null, session.csrf))?.ok) location.reload(); };
  byId("user").replaceChildren(element("span", { title: text().roles[session.role] }, session.name), " ",
    ...(session.can_leave ? [element("button", { type: "button", id: "leave", onclick: () => void leave() }, text().logOut)] : []));
}
