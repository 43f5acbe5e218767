// The page: who is logged in, where they are, and the view for that.
import { useCallback, useEffect, useState } from "preact/hooks";
import { say } from "../shared/say.ts";
import { locale, setLanguage } from "../shared/words.ts";
import type { Session } from "./api.ts";
import { get, useSession } from "./client.ts";
import { ConfigContext, useConfigFollowing } from "./config.ts";
import { LiveContext, useFollowing } from "./live.ts";
import { Notice, Waiting } from "./parts/basics.tsx";
import { Bar, Tabs } from "./parts/frame.tsx";
import { TrialBar } from "./parts/trial_bar.tsx";
import { placeOf, type Place } from "./route.ts";
import { ScanContext, useScanFollowing } from "./scanning.ts";
import { SessionContext } from "./session.ts";
import { View } from "./views/view.tsx";
import { Login } from "./views/login.tsx";

/** Return where the person is, as the address says. */
function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const changed = (): void => { setPlace(placeOf(location.hash)); scrollTo(0, 0); };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
}

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [language, changeLanguage] = useState(locale());
  const look = useCallback(() => {
    setProblem(null);
    get<Session>("/api/session").then(setSession, (error: Error) => setProblem(error.message));
  }, []);
  useEffect(look, []);
  useEffect(() => useSession(session?.csrf ?? "", look), [session?.csrf]);
  const otherLanguage = (): void => {
    setLanguage(language === "it" ? "en" : "it");
    localStorage.setItem("language", locale());
    document.documentElement.lang = locale();
    changeLanguage(locale());
  };
  if (!session) return <main class="login">{problem ? <><Notice tone="bad">{problem}</Notice><button type="button" onClick={look}>{say("Try again", "Riprova")}</button></> : <Waiting />}</main>;
  if (!session.role) return <Login gateway={session.gateway} onLogin={setSession} onLanguage={otherLanguage} />;
  return <SessionContext.Provider value={session}><Inside key={language} onLanguage={otherLanguage} onLogout={look} /></SessionContext.Provider>;
}

function Inside({ onLanguage, onLogout }: { onLanguage: () => void; onLogout: () => void }) {
  const live = useFollowing();
  const config = useConfigFollowing();
  const place = usePlace();
  const scan = useScanFollowing(place.view === "scan");
  return (
    <LiveContext.Provider value={live}><ConfigContext.Provider value={config}><ScanContext.Provider value={scan}>
      <Bar onLanguage={onLanguage} />
      <main id="view" key={`${place.view}/${place.about.join("/")}`}><View place={place} onLogout={onLogout} /></main>
      <TrialBar />
      <Tabs view={place.view} staged={config.config?.staged?.differences.length ?? 0} />
    </ScanContext.Provider></ConfigContext.Provider></LiveContext.Provider>
  );
}
