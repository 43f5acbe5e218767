// The page: receives the snapshot and the events of /api/events, and draws figures, alarms, map, tables, completeness and one chart.
import { fieldName, inUnit, kindName, locale, qualityText, setLanguage, shown, unit } from "../shared/words.ts";
import { AreaTable } from "./area_table.ts";
import { type Areas, areasOf } from "./areas.ts";
import { AlarmList, drawAlarmFigures, momentText, timeText, words } from "./alarm_list.ts";
import type { Deed } from "./alarm_row.ts";
import { type AlarmText, LOW, type ShownAlarm, type SubjectAlarms } from "./alarms.ts";
import { AssetTable } from "./asset_table.ts";
import { asked } from "./asked.ts";
import { FAULTS, type Asset, type AssetState, type Fault, byMeasurement, decodedHash, faultsBySubject, figures, headline, keyOf, stateOf, values } from "./assets.ts";
import { Chart } from "./chart.ts";
import { CompletenessPart } from "./completeness_part.ts";
import { byId, choiceButtons, element, onEnter } from "./dom.ts";
import { GatewayTable } from "./gateway_table.ts";
import { StreetMap } from "./map.ts";
import { RolloutTable } from "./rollout_table.ts";
import type { Rollout } from "./rollouts.ts";
import { type Session, askedSession, post, problemOf, showLogin, showUser } from "./session.ts";
import { text } from "./texts.ts";
import { type View, between, comparedWith, endOf, moved, scaled } from "./view.ts";
import "./style.css";

const RETRY_MS = 5000;
const SETTLE_MS = 50;
const ENERGY_EVERY_MS = 60_000;
const GATEWAYS_EVERY_MS = 15_000;
const FOLLOWED_EVERY_MS = 20_000;

interface Energy {
  watt_hours: number;
  panels: number;
}

interface Snapshot {
  site: string;
  now_ms: number;
  assets: Asset[];
  gateways: Record<string, string>;
  faults: Fault[];
  alarms: SubjectAlarms[];
  kinds: Record<string, KindTexts>;
  rollouts: Rollout[];
}

/** What a kind of alarm is called, and what it means. */
interface KindTexts {
  title: AlarmText;
  meaning: AlarmText;
}

const SPANS_S = [300, 900, 3600, 21_600, 86_400, 604_800, 2_592_000] as const;

const street = {
  assets: new Map<string, Asset>(), gateways: {} as Record<string, string>, faults: [] as Fault[], energy: null as Energy | null,
  faultsOf: new Map<string, Fault[]>(), names: new Map<string, string>(), kinds: {} as Record<string, KindTexts>, areas: {} as Areas, session: null as Session | null,
  chosen: null as string | null, field: null as string | null, view: { spanS: SPANS_S[0], endS: null } as View, isCompared: false, aheadMs: 0,
};
const nowMs = (): number => Date.now() + street.aheadMs;
const ownState = (asset: Asset): AssetState => stateOf(asset, street.faultsOf.get(asset.asset) ?? []);
const worstAlarm = (asset: Asset): ShownAlarm | undefined => alarmList.alarms.worst(asset.operator, asset.asset);

/** Return the state of an asset: an alarm of more than low priority counts, too, where nothing else is wrong. */
function state(asset: Asset): AssetState {
  const own = ownState(asset), alarm = FAULTS.has(own) ? undefined : worstAlarm(asset);
  return alarm && alarm.priority < LOW ? "alarm" : own;
}

const stateWords = (asset: Asset, shown: AssetState): string => (shown === "alarm" ? words(worstAlarm(asset)?.title ?? { en: "", it: "" }) : text().states[shown]);
const map = new StreetMap((key) => choose(key, true));
const chart = new Chart(byId("chart"), byId("chart-missing"), (fromS, toS) => look(between(fromS, toS, nowMs() / 1000)));
const table = new AssetTable(byId<HTMLTableElement>("table"), byId("more"), state, stateWords, (asset) => areasOf(asset, street.areas), (key) => choose(key, true));
const areaTable = new AreaTable(byId<HTMLTableElement>("areas").tBodies[0]!, (area) => { table.filter.area = area; drawAreas(); table.arrange(nowMs()); });
const alarmList = new AlarmList({ nowMs, isViewer: () => street.session?.role !== "operator", isNameless: () => street.session?.name === null, nameOf, causeOf,
  meaningOf: (kind) => street.kinds[kind]?.meaning, momentText: (ms) => momentText(ms, nowMs()), linkOf, act });
const completenessPart = new CompletenessPart();
const rolloutTable = new RolloutTable(byId("rollout-part"), byId<HTMLTableElement>("rollouts").tBodies[0]!);
const gatewayTable = new GatewayTable(byId<HTMLTableElement>("gateways").tBodies[0]!, byId("health-missing"), (gateway) => filterBy(gateway));

// Assets

function drawAsset(asset: Asset, isFresh = false): void {
  const isChosen = keyOf(asset) === street.chosen;
  map.draw(asset, { state: ownState(asset), alarm: worstAlarm(asset)?.priority ?? 0, isChosen });
  table.draw(asset, isChosen, isFresh, nowMs());
}

function drawKinds(): void {
  const kinds = [...new Set([...street.assets.values()].map((asset) => asset.measurement))].sort(byMeasurement);
  byId("kinds").replaceChildren(...choiceButtons(["", ...kinds].map((kind): [string, string] => [kind, kind ? kindName(kind) : text().all]), table.filter.measurement,
    (kind) => { table.filter.measurement = kind; drawKinds(); table.arrange(nowMs()); }));
  const marks: [look: string, name: string][] = [["lamp lit", text().states.lit], ["lamp off", text().states.off], ["lamp failed", text().states.failed],
    ...kinds.filter((kind) => kind !== "lamp").map((kind): [string, string] => [`${kind} good`, kindName(kind)]), ["silent", text().states.silent], ["missing", text().states.missing], ["good alarm p1", text().states.alarm]];
  byId("legend").replaceChildren(...marks.map(([look, name]) => element("span", {}, element("span", { class: `spot ${look}` }, element("i")), name)));
}

/** Show the assets that contain some words. */
function filterBy(words: string): void {
  byId<HTMLInputElement>("filter").value = words;
  table.filter.words = words.trim().toLowerCase();
  table.arrange(nowMs());
  if (isNarrow()) byId("table-part").scrollIntoView({ block: "start" });
}

// One asset, and one value over time

const isNarrow = (): boolean => matchMedia("(max-width: 60rem)").matches;

/** Show an asset's values; on a narrow screen, scroll to them if a person chose it. */
function choose(key: string, byPerson = false): void {
  const asset = street.assets.get(key);
  if (!asset) return;
  const before = chosen();
  street.chosen = key;
  street.field = null;
  if (byPerson) history.replaceState(null, "", `#${encodeURI(key)}`);
  for (const one of [before, asset]) if (one) drawAsset(one);
  drawDetail();
  drawChart();
  if (!byPerson) return;
  map.reveal(key);
  byId("detail-part").scrollIntoView({ block: isNarrow() ? "start" : "nearest" });
}

// Alarms

/** Return the key of an asset of which the page has values: of a panel, those of its meter. */
function keyOfSubject({ operator, asset }: { operator: string; asset: string }): string | undefined {
  const keys = [...street.assets.values()].filter((one) => one.asset === asset && one.operator === operator);
  return keys.sort((a, b) => byMeasurement(a.measurement, b.measurement)).map(keyOf)[0];
}

function nameOf({ operator, asset }: { operator: string; asset: string }): string {
  const name = street.names.get(`${operator}/${asset}`);
  return name ? `${name} (${asset})` : asset;
}

function causeOf(hiddenBy: string): string {
  const [kind, asset] = hiddenBy.split(" "), title = street.kinds[kind ?? ""]?.title;
  return title && asset ? `${words(title)} (${asset})` : hiddenBy;
}

function linkOf(alarm: ShownAlarm): { label: string; show: () => void } | null {
  if (`${alarm.operator}/${alarm.asset}` in street.gateways) return { label: text().showGateway, show: () => filterBy(alarm.asset) };
  const key = keyOfSubject(alarm);
  return key === undefined ? null : { label: text().showAsset, show: () => choose(key, true) };
}

/** Ask the centre to do something with an alarm; return what is wrong with that. */
async function act(alarm: ShownAlarm, deed: Deed): Promise<string> {
  const body = { operator: alarm.operator, asset: alarm.asset, kind: alarm.kind, part: alarm.part ?? "", ...deed };
  return problemOf(await post("/api/alarms/actions", body, street.session?.csrf));
}

/** Return the asset that is chosen, if it is there. */
const chosen = (): Asset | undefined => (street.chosen === null ? undefined : street.assets.get(street.chosen));

function drawDetail(): void {
  const asset = chosen();
  if (!asset) return;
  byId("detail-title").replaceChildren(element("a", { href: `#${encodeURI(keyOf(asset))}` }, asset.name ?? asset.asset), ` (${asset.asset}, ${asset.operator})`);
  const all = values(asset);
  street.field ??= headline(asset)[0]?.name ?? all[0]?.name ?? null;
  byId("values").hidden = false;
  byId<HTMLTableElement>("values").tBodies[0]!.replaceChildren(...all.map((one) => {
    const pick = (): void => { street.field = one.name; drawDetail(); drawChart(); };
    return element("tr", { tabindex: "0", "aria-selected": String(one.name === street.field), "data-field": one.name, onclick: pick, onkeydown: onEnter(pick) },
      element("td", {}, fieldName(one.name)), element("td", { class: "number" }, `${shown(inUnit(one.value, one.unit))} ${unit(one.unit)}`),
      element("td", {}, element("small", {}, qualityText(one.quality))));
  }));
  byId("spans").hidden = byId("chart-tools").hidden = byId("chart-keys").hidden = false;
  byId("spans").replaceChildren(...choiceButtons(SPANS_S.map((spanS): [string, string] => [String(spanS), text().spans[spanS]]), street.view.endS === null ? String(street.view.spanS) : "",
    (spanS) => look({ spanS: Number(spanS), endS: null })));
  drawTools();
}

/** Show another span of time. */
function look(view: View): void {
  street.view = view;
  drawDetail();
  drawChart();
}

const nowS = (): number => nowMs() / 1000;
const earlier = (): void => look(moved(street.view, -0.5, nowS()));
const later = (): void => look(moved(street.view, 0.5, nowS()));
const shorter = (): void => look(scaled(street.view, 0.5, nowS()));
const longer = (): void => look(scaled(street.view, 2, nowS()));
const toPresent = (): void => look({ ...street.view, endS: null });
const KEYS = new Map([["ArrowLeft", earlier], ["ArrowRight", later], ["+", shorter], ["-", longer], ["Home", toPresent], ["Escape", toPresent]]);

/** Draw the buttons of the chart: what the keys do, and the comparison. */
function drawTools(): void {
  const focused = document.activeElement?.closest<HTMLElement>("#chart-tools [data-tool]")?.dataset.tool;
  const isLive = street.view.endS === null, which = comparedWith(street.view);
  const tool = (name: string, content: string, title: string, work: () => void, isOff = false): HTMLElement =>
    element("button", { type: "button", "data-tool": name, title, "aria-label": title, disabled: isOff ? "" : null, onclick: work }, content);
  const compare = element("button", { type: "button", "data-tool": "compare", "aria-pressed": String(street.isCompared && which !== null), disabled: which ? null : "",
    onclick: () => { street.isCompared = !street.isCompared; look(street.view); } }, text().compare + text().before[which ?? "week"]);
  byId("chart-tools").replaceChildren(tool("earlier", "←", text().earlier, earlier), tool("later", "→", text().later, later, isLive),
    tool("shorter", "+", text().shorter, shorter), tool("longer", "−", text().longer, longer), tool("present", text().toPresent, text().toPresent, toPresent, isLive), compare);
  if (focused) byId("chart-tools").querySelector<HTMLElement>(`[data-tool=${focused}]`)?.focus();
}

/** Return in words which span the chart shows. */
function viewText(): string {
  const named = (text().spans as Record<number, string>)[street.view.spanS];
  if (street.view.endS === null && named) return named;
  const endS = endOf(street.view, nowS());
  const time = (seconds: number): string => new Date(seconds * 1000).toLocaleString(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return text().fromTo(time(endS - street.view.spanS), time(endS));
}

function drawChart(): void {
  const asset = chosen();
  const one = asset && values(asset).find((value) => value.name === street.field);
  byId("chart-title").textContent = one ? `${fieldName(one.name)}${unit(one.unit) ? ` (${unit(one.unit)})` : ""}, ${viewText()}` : "";
  if (asset && one) void chart.draw(asset, one, street.view, street.isCompared, nowMs());
}

// Everything together

function drawTexts(): void {
  document.documentElement.lang = locale();
  const named = text() as unknown as Record<string, string>;
  for (const node of document.querySelectorAll<HTMLElement>("[data-text]")) if (node.id !== "detail-title" || !street.chosen) node.textContent = named[node.dataset.text!]!;
  for (const node of document.querySelectorAll<HTMLElement>("[data-label]")) node.setAttribute("aria-label", named[node.dataset.label!]!);
  byId<HTMLInputElement>("filter").placeholder = text().filter;
  byId("language").textContent = text().language;
  if (street.session) showUser(street.session);
  map.label(text().zoomIn, text().zoomOut, text().showAll);
  drawLink(byId("link").dataset.link as Link);
}

type Figure = "lit" | "power" | "energy" | "faults";

/** Draw the figures of the street: the first line that an operator reads. */
function drawFigures(): void {
  const found = figures(street.assets.values(), street.faults);
  const number = (value: number, digits: number): string => value.toLocaleString(locale(), { maximumFractionDigits: digits });
  const share = (some: number, all: number): string => (some < all ? ` (${text().of(some, all)})` : "");
  const kilowattHours = (street.energy?.watt_hours ?? 0) / 1000;
  const shares: Partial<Record<Figure, string>> = { power: share(found.metered, found.panels), energy: share(street.energy?.panels ?? 0, found.panels) };
  const rows: [Figure, string | null][] = [
    ["lit", found.lamps ? text().of(found.lit, found.lamps) : null],
    ["power", found.metered ? `${number(found.kilowatts, 2)} kW` : null],
    ["energy", street.energy?.panels ? `${number(kilowattHours, kilowattHours < 100 ? 2 : 0)} kWh` : null],
    ["faults", String(found.faults)],
  ];
  byId("figures").replaceChildren(...rows.filter(([, value]) => value !== null).map(([name, value]) =>
    element("div", { class: name === "faults" && found.faults ? "some" : "", "data-figure": name },
      element("dt", {}, text().figures[name === "faults" && found.faults === 1 ? "fault" : name] + (shares[name] ?? "")), element("dd", {}, value!))));
}

/** Ask for today's energy; while the store does not answer, there is none. */
async function readEnergy(): Promise<void> {
  street.energy = await asked<Energy>("/api/energy");
  drawFigures();
}

/** Return the asset that the address of the page names, if it is there. */
function linked(): string | null {
  const key = decodedHash(location.hash);
  return street.assets.has(key) ? key : null;
}

function drawSummary(): void {
  const states = Object.values(street.gateways);
  byId("summary").textContent = text().summary(street.assets.size, states.length, states.filter((one) => one === "online").length);
  byId("map-note").hidden = [...street.assets.values()].some((asset) => asset.location) || street.assets.size === 0;
}

const drawGateways = (): void => gatewayTable.draw(street.gateways, street.assets.values(), (operator, asset) => alarmList.alarms.count(operator, asset), nowMs());

async function readGateways(): Promise<void> {
  await gatewayTable.refresh();
  drawGateways();
}

const drawAreas = (): void => { if (Object.keys(street.areas).length) areaTable.draw(street.areas, street.assets.values(), street.faults, table.filter.area); };

async function readAreas(): Promise<void> {
  street.areas = (await asked<{ areas: Areas }>("/api/areas"))?.areas ?? {};
  byId("area-part").hidden = Object.keys(street.areas).length === 0;
  map.drawAreas(street.areas);
  drawAreas();
}

/** Remember what is wrong now. */
function setFaults(faults: Fault[]): void {
  street.faults = faults;
  street.faultsOf = faultsBySubject(faults);
}

function drawAlarms(): void {
  const counts = alarmList.alarms.counts();
  drawAlarmFigures(byId("alarm-figures"), counts);
  document.title = `${counts.waiting ? `(${counts.waiting}) ` : ""}${byId("site").textContent} · street-gateway`;
}

function drawAll(): void {
  for (const asset of street.assets.values()) drawAsset(asset);
  table.arrange(nowMs());
  alarmList.draw();
  drawAlarms();
  drawLink(byId("link").dataset.link as Link);
  drawSummary();
  drawFigures();
  drawGateways();
  drawAreas();
  drawDetail();
  rolloutTable.draw(nowMs());
  completenessPart.draw();
}

/** The page's own connection: there, lost, or being made. */
type Link = "live" | "cut" | "waiting";

/** Show whether the page is up to date: its own connection, and whether the centre takes readings at all. */
function drawLink(link: Link): void {
  const away = street.faults.find((one) => one.kind === "store_away") ?? street.faults.find((one) => one.kind === "centre_offline");
  byId("link").dataset.link = link;
  byId("link").dataset.state = link === "live" && away ? "old" : link;
  if (link === "live" && away) byId("link").textContent = text()[away.kind === "store_away" ? "storeAway" : "centreOffline"](timeText(away.since_ms));
  else byId("link").textContent = text()[link];
}

function begin(snapshot: Snapshot): void {
  const wasEmpty = street.assets.size === 0;
  street.aheadMs = snapshot.now_ms - Date.now();
  street.assets = new Map(snapshot.assets.map((asset) => [keyOf(asset), asset]));
  street.gateways = snapshot.gateways;
  street.kinds = snapshot.kinds;
  street.names = new Map(snapshot.assets.flatMap((asset) => (asset.name ? [[`${asset.operator}/${asset.asset}`, asset.name] as const] : [])));
  setFaults(snapshot.faults);
  byId("site").textContent = snapshot.site;
  alarmList.replace(snapshot.alarms);
  rolloutTable.replace(snapshot.rollouts, nowMs());
  table.keep((key) => street.assets.has(key));
  map.keep((key) => street.assets.has(key));
  drawKinds();
  drawAll();
  if (wasEmpty) map.fit();
  const key = linked(), [first] = street.assets.keys();
  if (!street.chosen && key) choose(key, true);
  if (!street.chosen && first) choose([...street.assets.keys()].find((one) => one.includes("/lighting_meter/")) ?? first);
}

function updateAsset(asset: Asset): void {
  const key = keyOf(asset);
  const isNew = !street.assets.has(key);
  street.assets.set(key, asset);
  if (asset.name) street.names.set(`${asset.operator}/${asset.asset}`, asset.name);
  drawAsset(asset, true);
  if (isNew) settleSoon();
  if (key === linked() && !street.chosen) choose(key, true);
  if (!street.chosen && asset.measurement === "lighting_meter") choose(key);
  if (key === street.chosen) drawDetail();
}

let settling = 0;

/** Give new assets their places, those that arrive together at once: hundreds may. */
function settleSoon(): void {
  settling ||= window.setTimeout(() => { settling = 0; drawKinds(); drawSummary(); map.fit(); table.arrange(nowMs()); drawAreas(); }, SETTLE_MS);
}

function updateFaults(faults: Fault[]): void {
  const touched = new Set([...street.faults, ...faults].map((fault) => fault.subject));
  setFaults(faults);
  for (const asset of street.assets.values()) if (touched.has(asset.asset)) drawAsset(asset);
  if (table.filter.faultsOnly) table.arrange(nowMs());
  drawLink(byId("link").dataset.link as Link);
  drawFigures();
}

function updateAlarms(subjects: SubjectAlarms[]): void {
  alarmList.update(subjects);
  const touched = new Set(subjects.map(({ operator, asset }) => `${operator}/${asset}`));
  for (const asset of street.assets.values()) if (touched.has(`${asset.operator}/${asset.asset}`)) drawAsset(asset);
  drawAlarms();
  drawGateways();
}

/** Follow the events. A browser reconnects by itself after a cut, but not after a refusal: 503, or a proxy's error. */
function follow(): void {
  const events = new EventSource("/api/events");
  const on = <Data>(kind: string, work: (data: Data) => void): void => events.addEventListener(kind, (event) => work(JSON.parse((event as MessageEvent<string>).data) as Data));
  events.onopen = () => drawLink("live");
  events.onerror = () => {
    drawLink("cut");
    if (events.readyState === EventSource.CLOSED) setTimeout(() => void followAgain(), RETRY_MS);
  };
  on("snapshot", begin);
  on("asset", updateAsset);
  on("faults", updateFaults);
  on("alarms", updateAlarms);
  on("rollouts", (rollouts: Rollout[]) => rolloutTable.replace(rollouts, nowMs()));
  on("gateways", (gateways: Record<string, string>) => { street.gateways = gateways; drawSummary(); void readGateways(); });
}

/** Follow again, unless the session has ended: then the page starts anew, with the login. */
async function followAgain(): Promise<void> {
  const session = await askedSession();
  if (session && session.role === null) location.reload();
  else follow();
}

byId("chart").addEventListener("keydown", (event) => {
  const work = KEYS.get(event.key);
  if (!work || event.ctrlKey || event.metaKey || event.altKey) return;
  work();
  event.preventDefault();
});
byId("language").addEventListener("click", () => {
  const other = locale() === "it" ? "en" : "it";
  localStorage.setItem("language", other);
  setLanguage(other);
  drawTexts();
  drawKinds();
  drawAll();
  drawChart();
});
byId("faults-only").addEventListener("click", () => {
  table.filter.faultsOnly = !table.filter.faultsOnly;
  byId("faults-only").setAttribute("aria-pressed", String(table.filter.faultsOnly));
  table.arrange(nowMs());
});
addEventListener("hashchange", () => {
  const key = linked();
  if (key) choose(key, true);
});
byId("filter").addEventListener("input", (event) => { table.filter.words = (event.target as HTMLInputElement).value.trim().toLowerCase(); table.arrange(nowMs()); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement?.tagName !== "INPUT") { byId("filter").focus(); event.preventDefault(); }
});
addEventListener("resize", () => chart.resize());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawChart);
setLanguage(localStorage.getItem("language") ?? navigator.language);
drawTexts();
drawKinds();

/** Show the street to a user who is known. */
function start(session: Session): void {
  street.session = session;
  document.querySelector("main")!.hidden = false;
  showUser(session);
  setInterval(() => { table.drawAges(nowMs()); drawFigures(); }, 1000);
  setInterval(() => { table.arrange(nowMs()); if (street.view.endS === null) drawChart(); drawGateways(); drawAreas(); }, 5000);
  setInterval(() => void readEnergy(), ENERGY_EVERY_MS);
  setInterval(() => void readGateways(), GATEWAYS_EVERY_MS);
  setInterval(() => { alarmList.drawAges(); void alarmList.refresh(); }, FOLLOWED_EVERY_MS);
  void map.drawRoads().then((found) => { byId("streets-note").hidden = found; });
  void readAreas();
  void readEnergy();
  void readGateways();
  void alarmList.refresh();
  follow();
}

/** Ask who uses the page, until the server answers. */
async function enter(): Promise<void> {
  const session = await askedSession();
  if (session === null) setTimeout(() => void enter(), RETRY_MS);
  else if (session.role === null) showLogin(session);
  else start(session);
}

void enter();
