// The page: receives the snapshot and the events of /api/events, and draws figures, map, tables, alarms and one chart.
import { fieldName, inUnit, kindName, locale, qualityText, setLanguage, shown, unit } from "../shared/words.ts";
import { AlarmList, timeText } from "./alarm_list.js";
import { AssetTable } from "./asset_table.js";
import { byMeasurement, decodedHash, figures, headline, keyOf, stateOf, values } from "./assets.js";
import { Chart } from "./chart.js";
import { byId, choiceButtons, element, onEnter } from "./dom.js";
import { GatewayTable } from "./gateway_table.js";
import { StreetMap } from "./map.js";
import { text } from "./texts.js";
import "./style.css";

const RETRY_MS = 5000;
const ENERGY_EVERY_MS = 60_000;
const GATEWAYS_EVERY_MS = 15_000;

const street = { assets: new Map(), gateways: {}, alarms: [], energy: null, chosen: null, field: null, span: 300, aheadMs: 0 };
const nowMs = () => Date.now() + street.aheadMs;
const state = (asset) => stateOf(asset, street.alarms);
const map = new StreetMap((key) => choose(key, true));
const chart = new Chart(byId("chart"), byId("chart-missing"));
const table = new AssetTable(byId("table"), state, (key) => choose(key, true));
const alarmList = new AlarmList(byId("alarms"), byId("alarm-views"), chooseSubject, nowMs);
const gatewayTable = new GatewayTable(byId("gateways").tBodies[0], byId("health-missing"), (gateway) => filterBy(gateway));

// Assets

function drawAsset(asset, isFresh = false) {
  const isChosen = keyOf(asset) === street.chosen;
  map.draw(asset, state(asset), isChosen);
  table.draw(asset, isChosen, isFresh, nowMs());
}

function drawKinds() {
  const kinds = [...new Set([...street.assets.values()].map((asset) => asset.measurement))].sort(byMeasurement);
  byId("kinds").replaceChildren(...choiceButtons(["", ...kinds].map((kind) => [kind, kind ? kindName(kind) : text().all]), table.filter.measurement,
    (kind) => { table.filter.measurement = kind; drawKinds(); drawAll(); }));
  const marks = [["lamp lit", text().states.lit], ["lamp off", text().states.off], ["lamp failed", text().states.failed],
    ...kinds.filter((kind) => kind !== "lamp").map((kind) => [`${kind} good`, kindName(kind)]), ["silent", text().states.silent], ["missing", text().states.missing]];
  byId("legend").replaceChildren(...marks.map(([look, name]) => element("span", {}, element("span", { class: `spot ${look}` }, element("i")), name)));
}

/** Show the assets that contain some words. */
function filterBy(words) {
  byId("filter").value = words;
  table.filter.words = words.trim().toLowerCase();
  drawAll();
  if (isNarrow()) byId("table-part").scrollIntoView({ block: "start" });
}

// One asset, and one value over time

const isNarrow = () => matchMedia("(max-width: 60rem)").matches;

/** Show an asset's values; on a narrow screen, scroll to them if a person chose it. */
function choose(key, byPerson = false) {
  const asset = street.assets.get(key);
  if (!asset) return;
  const before = street.assets.get(street.chosen);
  street.chosen = key;
  street.field = null;
  if (byPerson) history.replaceState(null, "", `#${encodeURI(key)}`);
  for (const one of [before, asset]) if (one) drawAsset(one);
  drawDetail();
  drawChart();
  if (!byPerson) return;
  map.reveal(key);
  if (isNarrow()) byId("detail-part").scrollIntoView({ block: "start" });
}

/** Choose the asset, or the assets of the gateway, that an alarm is about. */
function chooseSubject(subject) {
  const key = [...street.assets].find(([, asset]) => asset.asset === subject)?.[0];
  if (key) choose(key, true);
  else if (subject in street.gateways) filterBy(subject.split("/")[1]);
}

function drawDetail() {
  const asset = street.assets.get(street.chosen);
  if (!asset) return;
  byId("detail-title").replaceChildren(element("a", { href: `#${encodeURI(street.chosen)}` }, asset.name ?? asset.asset), ` (${asset.asset}, ${asset.operator})`);
  const all = values(asset);
  street.field ??= headline(asset)[0]?.name ?? all[0]?.name;
  byId("values").hidden = false;
  byId("values").tBodies[0].replaceChildren(...all.map((one) => {
    const pick = () => { street.field = one.name; drawDetail(); drawChart(); };
    return element("tr", { tabindex: "0", "aria-selected": String(one.name === street.field), "data-field": one.name, onclick: pick, onkeydown: onEnter(pick) },
      element("td", {}, fieldName(one.name)), element("td", { class: "number" }, `${shown(inUnit(one.value, one.unit))} ${unit(one.unit)}`),
      element("td", {}, element("small", {}, qualityText(one.quality))));
  }));
  byId("spans").hidden = false;
  byId("spans").replaceChildren(...choiceButtons(Object.entries(text().spans), String(street.span),
    (span) => { street.span = Number(span); drawDetail(); drawChart(); }));
}

function drawChart() {
  const asset = street.assets.get(street.chosen);
  const one = asset && values(asset).find((value) => value.name === street.field);
  byId("chart-title").textContent = one ? `${fieldName(one.name)}${unit(one.unit) ? ` (${unit(one.unit)})` : ""}, ${text().spans[street.span]}` : "";
  if (one) chart.draw(asset, one, street.span, nowMs());
}

// Everything together

function drawTexts() {
  document.documentElement.lang = locale();
  for (const node of document.querySelectorAll("[data-text]")) if (node.id !== "detail-title" || !street.chosen) node.textContent = text()[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", text()[node.dataset.label]);
  byId("filter").placeholder = text().filter;
  byId("language").textContent = text().language;
  map.label(text().zoomIn, text().zoomOut, text().showAll);
  drawLink(byId("link").dataset.link);
}

/** Draw the figures of the street: the first line that an operator reads. */
function drawFigures() {
  const found = figures(street.assets.values(), street.alarms);
  const number = (value, digits) => value.toLocaleString(locale(), { maximumFractionDigits: digits });
  const share = (some, all) => (some < all ? ` (${text().of(some, all)})` : "");
  const kilowattHours = (street.energy?.watt_hours ?? 0) / 1000;
  const shares = { power: share(found.metered, found.panels), energy: share(street.energy?.panels ?? 0, found.panels) };
  const rows = [
    ["lit", found.lamps ? text().of(found.lit, found.lamps) : null],
    ["power", found.metered ? `${number(found.kilowatts, 2)} kW` : null],
    ["energy", street.energy?.panels ? `${number(kilowattHours, kilowattHours < 100 ? 2 : 0)} kWh` : null],
    ["faults", String(found.faults)],
  ];
  byId("figures").replaceChildren(...rows.filter(([, value]) => value !== null).map(([name, value]) =>
    element("div", { class: name === "faults" && found.faults ? "some" : "", "data-figure": name },
      element("dt", {}, text().figures[name === "faults" && found.faults === 1 ? "fault" : name] + (shares[name] ?? "")), element("dd", {}, value))));
}

/** Ask for today's energy; while the store does not answer, there is none. */
async function readEnergy() {
  const answer = await fetch("/api/energy").catch(() => ({ ok: false }));
  street.energy = answer.ok ? await answer.json() : null;
  drawFigures();
}

/** Return the asset that the address of the page names, if it is there. */
function linked() {
  const key = decodedHash(location.hash);
  return street.assets.has(key) ? key : null;
}

function drawSummary() {
  const states = Object.values(street.gateways);
  byId("summary").textContent = text().summary(street.assets.size, states.length, states.filter((one) => one === "online").length);
  byId("map-note").hidden = [...street.assets.values()].some((asset) => asset.location) || street.assets.size === 0;
}

const drawGateways = () => gatewayTable.draw(street.gateways, street.assets.values(), street.alarms, nowMs());

async function readGateways() {
  await gatewayTable.refresh();
  drawGateways();
}

function drawAlarms() {
  byId("alarm-count").textContent = street.alarms.length;
  byId("alarm-count").classList.toggle("some", street.alarms.length > 0);
  alarmList.update(street.alarms);
  drawLink(byId("link").dataset.link);
}

function drawAll() {
  for (const asset of street.assets.values()) drawAsset(asset);
  table.arrange();
  drawAlarms();
  drawSummary();
  drawFigures();
  drawGateways();
  drawDetail();
}

/** Show whether the page is up to date: its own connection, and whether the centre takes readings at all. */
function drawLink(link) {
  const away = street.alarms.find((alarm) => alarm.kind === "store_away") ?? street.alarms.find((alarm) => alarm.kind === "centre_offline");
  byId("link").dataset.link = link;
  byId("link").dataset.state = link === "live" && away ? "old" : link;
  if (link === "live" && away) byId("link").textContent = text()[away.kind === "store_away" ? "storeAway" : "centreOffline"](timeText(away.since_ms));
  else byId("link").textContent = text()[link];
}

function begin(snapshot) {
  const first = street.assets.size === 0;
  street.aheadMs = snapshot.now_ms - Date.now();
  street.assets = new Map(snapshot.assets.map((asset) => [keyOf(asset), asset]));
  street.gateways = snapshot.gateways;
  street.alarms = snapshot.alarms;
  table.keep((key) => street.assets.has(key));
  map.keep((key) => street.assets.has(key));
  byId("site").textContent = snapshot.site;
  document.title = `${snapshot.site} · street-gateway`;
  drawKinds();
  drawAll();
  if (first) map.fit();
  if (!street.chosen && linked()) choose(linked(), true);
  if (!street.chosen && street.assets.size) choose([...street.assets.keys()].find((key) => key.includes("/lighting_meter/")) ?? street.assets.keys().next().value);
}

function updateAsset(asset) {
  const key = keyOf(asset);
  const isNew = !street.assets.has(key);
  street.assets.set(key, asset);
  drawAsset(asset, true);
  if (isNew) { drawKinds(); drawSummary(); map.fit(); table.arrange(); }
  if (key === linked() && !street.chosen) choose(key, true);
  if (!street.chosen && asset.measurement === "lighting_meter") choose(key);
  if (key === street.chosen) drawDetail();
}

function updateAlarms(alarms) {
  const touched = new Set([...street.alarms, ...alarms].map((alarm) => alarm.subject));
  street.alarms = alarms;
  for (const asset of street.assets.values()) if (touched.has(asset.asset)) drawAsset(asset);
  drawAlarms();
  drawFigures();
  drawGateways();
}

/** Follow the events. A browser reconnects by itself after a cut, but not after a refusal: 503, or a proxy's error. */
function follow() {
  const events = new EventSource("/api/events");
  const on = (kind, work) => events.addEventListener(kind, (event) => work(JSON.parse(event.data)));
  events.onopen = () => drawLink("live");
  events.onerror = () => {
    drawLink("cut");
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS);
  };
  on("snapshot", begin);
  on("asset", updateAsset);
  on("alarms", updateAlarms);
  on("gateways", (gateways) => { street.gateways = gateways; drawSummary(); readGateways(); });
}

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
  drawAll();
});
addEventListener("hashchange", () => { if (linked()) choose(linked(), true); });
byId("filter").addEventListener("input", (event) => { table.filter.words = event.target.value.trim().toLowerCase(); drawAll(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement.tagName !== "INPUT") { byId("filter").focus(); event.preventDefault(); }
});
addEventListener("resize", () => chart.resize());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawChart);
setInterval(() => { table.drawAges(nowMs()); drawFigures(); }, 1000);
setInterval(() => { table.arrange(); drawChart(); drawGateways(); }, 5000);
setInterval(readEnergy, ENERGY_EVERY_MS);
setInterval(readGateways, GATEWAYS_EVERY_MS);
setLanguage(localStorage.getItem("language") ?? navigator.language);
drawTexts();
drawKinds();
map.drawRoads().then((found) => { byId("streets-note").hidden = found; });
readEnergy();
readGateways();
follow();
