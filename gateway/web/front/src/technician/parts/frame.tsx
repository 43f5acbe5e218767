// The frame of every view: the bar with the gateway's name, the tabs, and the trial that waits to be confirmed.
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { say } from "../../shared/say.ts";
import { useLive } from "../live.ts";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";
import { Icon, type IconName } from "./icons.tsx";

const tabs = (): [view: string, icon: IconName, name: string][] => [
  ["home", "home", say("Home", "Inizio")], ["scan", "scan", say("Scan", "Scansione")], ["devices", "devices", say("Devices", "Dispositivi")],
  ["changes", "changes", say("Changes", "Modifiche")], ["more", "more", say("More", "Altro")],
];

/** The tab that a view belongs to. */
const TAB_OF = new Map(Object.entries({ add: "scan", file: "changes", device: "devices", line: "devices", copy: "devices", readdress: "devices" }));

const NAMED = new Set(["home", "scan", "devices", "changes"]);

export const tabOf = (view: string): string => TAB_OF.get(view) ?? (NAMED.has(view) ? view : "more");

export function Bar({ onLanguage }: { onLanguage: () => void }) {
  const { state, connected } = useLive();
  return (
    <header class="bar">
      <a class="skip" href="#view" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("h1")?.focus(); }}>{say("Skip to the view", "Vai al contenuto")}</a>
      <div class="who"><b>{state?.identity.gateway ?? "…"}</b><small class="quiet">{state ? `${state.identity.site} · ${state.identity.operator}` : ""}</small></div>
      {!useMayChange() && <span class="link" title={say("Read only", "Sola lettura")}><Icon name="lock" size={20} /><small>{say("Read only", "Sola lettura")}</small></span>}
      <span class="link" role="status"><i class={`dot ${connected ? "" : "bad"}`} /><small>{connected ? say("live", "in diretta") : say("no link", "scollegato")}</small></span>
      <button type="button" class="plain" onClick={onLanguage} lang={say("it", "en")} aria-label={say("IT, Italiano", "EN, English")}>{say("IT", "EN")}</button>
    </header>
  );
}

export const Tabs = ({ view, staged }: { view: string; staged: number }) => (
  <nav class="tabs" aria-label={say("Views", "Viste")}>
    {tabs().map(([name, icon, words]) => (
      <a key={name} href={linkTo(name)} aria-current={tabOf(view) === name ? "page" : undefined}>
        <Icon name={icon} /><span>{words}</span>
        {name === "changes" && staged > 0 && <span class="tag" aria-label={say(`${staged} not applied`, `${staged} da applicare`)}>{staged}</span>}
      </a>
    ))}
  </nav>
);

/** A view's title. It gets the focus when the view is opened, so that a screen reader says where it is. */
export function Title({ children, back }: { children: ComponentChildren; back?: [href: string, name: string] }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div>
      {back && <a class="button plain" style={{ marginLeft: "-.6rem" }} href={back[0]}><Icon name="back" size={20} />{back[1]}</a>}
      <h1 ref={heading} tabIndex={-1}>{children}</h1>
    </div>
  );
}
