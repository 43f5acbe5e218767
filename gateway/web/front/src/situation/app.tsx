// The page: the login, then the wall on a wide screen and the list of duties on a narrow one.
import { useEffect, useState } from "preact/hooks";
import { locale, setLanguage } from "../shared/language.ts";
import { say } from "../shared/say.ts";
import type { Session } from "./api.ts";
import { askSession, RequestFailed } from "./client.ts";
import { useBoard } from "./live.ts";
import { filtersOf, hashOf, type Filters } from "./model/filters.ts";
import { Details } from "./parts/details.tsx";
import { Login } from "./parts/login.tsx";
import type { Shown } from "./parts/shown.ts";
import { Duty } from "./views/duty.tsx";
import { Wall } from "./views/wall.tsx";

const WIDE = matchMedia("(min-width: 64rem)");
const RETRY_MS = 3_000;

/** Sessions that are not used end: a wall uses its own from time to time. */
const USE_EVERY_MS = 600_000;

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [, setShownLanguage] = useState(locale());
  const ask = (): Promise<boolean> => askSession().then((found) => { setSession(found); return found.role === null; }, (error: unknown) => {
    if (error instanceof RequestFailed && error.status === 0) return false;
    throw error;
  });
  useEffect(() => {
    const enter = (): void => { askSession().then(setSession, () => setTimeout(enter, RETRY_MS)); };
    enter();
    const timer = setInterval(() => void ask(), USE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const switchLanguage = (): void => {
    const other = locale() === "it" ? "en" : "it";
    localStorage.setItem("language", other);
    setLanguage(other);
    document.documentElement.lang = other;
    setShownLanguage(other);
  };
  if (session === null) return <main class="login"><h1>Situation Room</h1><p role="status">{say("Connecting…", "Connessione in corso…")}</p></main>;
  if (session.role === null) return <Login onLogin={setSession} onLanguage={switchLanguage} />;
  return <Room session={session} onLanguage={switchLanguage} onRefused={ask} onLeave={() => void ask()} />;
}

function Room({ session, onLanguage, onRefused, onLeave }: { session: Session; onLanguage: () => void; onRefused: () => Promise<boolean>; onLeave: () => void }) {
  const { board, link, aheadMs } = useBoard(onRefused);
  const [isWide, setIsWide] = useState(WIDE.matches);
  const [filters, setFilters] = useState(filtersOf(location.hash));
  const [chosen, setChosen] = useState<string | null>(null);
  const nowMs = useEverySecond() + aheadMs;
  useEffect(() => {
    const resized = (): void => setIsWide(WIDE.matches), moved = (): void => setFilters(filtersOf(location.hash));
    WIDE.addEventListener("change", resized);
    addEventListener("hashchange", moved);
    return () => { WIDE.removeEventListener("change", resized); removeEventListener("hashchange", moved); };
  }, []);
  useEffect(() => { document.documentElement.className = isWide ? "wall" : "phone"; }, [isWide]);
  if (!board) return <main class="login"><h1>Situation Room</h1><p role="status">{say("Connecting…", "Connessione in corso…")}</p></main>;
  const filter = (changed: Filters): void => { history.replaceState(null, "", `#${hashOf(changed)}`); setFilters(changed); };
  const shown: Shown = { board, link, nowMs, session, filters, chosen, onFilter: filter, onChoose: setChosen, onLanguage, onLeave };
  const open = chosen === null ? undefined : board.items.find((item) => item.feature.id === chosen);
  return (
    <>
      {isWide ? <Wall shown={shown} /> : <Duty shown={shown} />}
      {open && <Details key={open.feature.id} item={open} shown={shown} onClose={() => setChosen(null)} />}
    </>
  );
}

function useEverySecond(): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

