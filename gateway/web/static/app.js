// The page: receives the snapshot and the events of /api/events, and draws the map, the table, the alarms and one chart.
import { ageText, FAULTS, figures, headline, keyOf, latest, matches, stateOf, values } from "./assets.js";
import { Chart } from "./chart.js";
import { StreetMap } from "./map.js";
import { detailText, fieldName, kindName, locale, qualityText, setLanguage, shown, text, unit } from "./texts.js";

const RETRY_MS = 5000;

const byId = (id) => document.getElementById(id);
const street = { assets: new Map(), gateways: {}, alarms: [], kind: "", filter: "", faultsOnly: false, chosen: null, field: null, span: 300, aheadMs: 0 };
const nowMs = () => Date.now() + street.aheadMs;
const state = (asset) => stateOf(asset, street.alarms);
const map = new StreetMap((key) => choose(key, true));
const chart = new Chart(byId("chart"), byId("chart-missing"));

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const onEnter = (work) => (event) => { if (event.key === "Enter") work(); };

// The table

const rows = new Map();

function valueSpan(one) {
  const label = typeof one.value === "string" ? "" : unit(one.unit) || fieldName(one.name);
  return element("span", { class: "value", "data-field": one.name, "data-value": one.value ?? "", title: `${fieldName(one.name)}: ${qualityText(one.quality)}` },
    shown(one.value), element("small", {}, ` ${label}`));
}

function drawRow(asset, fresh) {
  const key = keyOf(asset);
  let row = rows.get(key);
  if (!row) {
    row = element("tr", { tabindex: "0", "data-asset": asset.asset, "data-measurement": asset.measurement, onclick: () => choose(key, true),
      onkeydown: (event) => moveOrChoose(event, key) });
    rows.set(key, row);
    const after = [...rows.keys()].filter((other) => other > key).sort()[0];
    byId("table").tBodies[0].insertBefore(row, after ? rows.get(after) : null);
  }
  row.hidden = !matches(asset, street.kind, street.filter) || (street.faultsOnly && !FAULTS.has(state(asset)));
  row.setAttribute("aria-selected", String(key === street.chosen));
  row.dataset.t = latest(asset);
  row.replaceChildren(element("td", {}, asset.asset, " ", element("small", {}, asset.name ?? "")),
    element("td", { class: fresh ? "fresh" : "" }, ...headline(asset).map(valueSpan)),
    element("td", { class: "number age" }, ageText(latest(asset), nowMs())), element("td", { class: `state ${state(asset)}` }, text().states[state(asset)]));
}

function drawAsset(asset, fresh = false) {
  map.draw(asset, state(asset), keyOf(asset) === street.chosen);
  drawRow(asset, fresh);
}

function moveOrChoose(event, key) {
  const step = new Map([["ArrowDown", "nextElementSibling"], ["ArrowUp", "previousElementSibling"]]).get(event.key);
  if (event.key === "Enter" || event.key === " ") choose(key, true);
  else if (step) {
    let next = event.currentTarget[step];
    while (next && next.hidden) next = next[step];
    next?.focus();
  } else return;
  event.preventDefault();
}

function drawKinds() {
  const kinds = [...new Set([...street.assets.values()].map((asset) => asset.measurement))].sort();
  byId("kinds").replaceChildren(...["", ...kinds].map((kind) => element("button", { type: "button", "aria-pressed": String(kind === street.kind),
    onclick: () => { street.kind = kind; drawKinds(); drawAll(); } }, kind ? kindName(kind) : text().all)));
  const marks = [["lamp lit", text().states.lit], ["lamp off", text().states.off], ["lamp failed", text().states.failed],
    ...kinds.filter((kind) => kind !== "lamp").map((kind) => [`${kind} good`, kindName(kind)]), ["silent", text().states.silent], ["missing", text().states.missing]];
  byId("legend").replaceChildren(...marks.map(([look, name]) => element("span", {}, element("span", { class: `spot ${look}` }, element("i")), name)));
}

// Alarms

const timeText = (ms) => new Date(ms).toLocaleTimeString(locale(), { hourCycle: "h23" });

function drawAlarms() {
  byId("alarm-count").textContent = street.alarms.length;
  byId("alarm-count").classList.toggle("some", street.alarms.length > 0);
  const today = new Date(nowMs()).toDateString();
  const items = street.alarms.map((alarm) => {
    const since = new Date(alarm.since_ms);
    const time = timeText(alarm.since_ms);
    const date = since.toDateString() === today ? "" : since.toLocaleDateString(locale(), { day: "numeric", month: "short" });
    const key = [...street.assets].find(([, asset]) => asset.asset === alarm.subject)?.[0];
    const pick = () => { if (key) choose(key, true); };
    const detail = alarm.detail ? ` · ${detailText(alarm.detail)}` : "";
    return element("li", { class: alarm.kind, tabindex: "0", onclick: pick, onkeydown: onEnter(pick) },
      `${alarm.subject}: ${text().alarm[alarm.kind]}`, element("small", {}, `${text().since(time, date)}${detail}`));
  });
  drawLink(byId("link").dataset.link);
  byId("alarms").replaceChildren(...(items.length ? items : [element("li", { class: "none" }, text().none)]));
}

// One asset, and one value over time

/** Show an asset's values; on a narrow screen, scroll to them if a person chose it. */
function choose(key, byPerson = false) {
  const asset = street.assets.get(key);
  if (!asset) return;
  const before = street.assets.get(street.chosen);
  street.chosen = key;
  street.field = null;
  if (byPerson) history.replaceState(null, "", `#${key}`);
  for (const one of [before, asset]) if (one) drawAsset(one);
  drawDetail();
  drawChart();
  if (byPerson && matchMedia("(max-width: 60rem)").matches) byId("detail-part").scrollIntoView({ block: "start" });
}

function drawDetail() {
  const asset = street.assets.get(street.chosen);
  if (!asset) return;
  byId("detail-title").textContent = `${asset.name ?? asset.asset} (${asset.asset}, ${asset.operator})`;
  const all = values(asset);
  street.field ??= headline(asset)[0]?.name ?? all[0]?.name;
  byId("values").tBodies[0].replaceChildren(...all.map((one) => {
    const pick = () => { street.field = one.name; drawDetail(); drawChart(); };
    return element("tr", { tabindex: "0", "aria-selected": String(one.name === street.field), "data-field": one.name, onclick: pick, onkeydown: onEnter(pick) },
      element("td", {}, fieldName(one.name)), element("td", { class: "number" }, `${shown(one.value)} ${unit(one.unit)}`),
      element("td", {}, element("small", {}, qualityText(one.quality))));
  }));
  byId("spans").hidden = false;
  byId("spans").replaceChildren(...Object.entries(text().spans).map(([span, label]) => element("button", { type: "button",
    "aria-pressed": String(Number(span) === street.span), onclick: () => { street.span = Number(span); drawDetail(); drawChart(); } }, label)));
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
  byId("filter").placeholder = text().filter;
  byId("filter").setAttribute("aria-label", text().filter);
  byId("language").textContent = text().language;
  map.label(text().zoomIn, text().zoomOut);
  drawLink(byId("link").dataset.link);
}

/** Draw the figures of the street: the first line that an operator reads. */
function drawFigures() {
  const found = figures(street.assets.values(), street.alarms);
  const rows = [
    ["lit", found.lamps ? text().of(found.lit, found.lamps) : null],
    ["power", found.metered ? `${found.kilowatts.toLocaleString(locale(), { maximumFractionDigits: 2 })} kW` : null],
    ["faults", String(found.faults)],
  ];
  byId("figures").replaceChildren(...rows.filter(([, value]) => value !== null).map(([name, value]) =>
    element("div", { class: name === "faults" && found.faults ? "some" : "", "data-figure": name },
      element("dt", {}, text().figures[name] + (name === "power" && found.metered < found.panels ? ` (${text().of(found.metered, found.panels)})` : "")),
      element("dd", {}, value))));
}

/** Return the asset that the address of the page names, if it is there. */
const linked = () => street.assets.has(decodeURIComponent(location.hash.slice(1))) ? decodeURIComponent(location.hash.slice(1)) : null;

function drawSummary() {
  const states = Object.values(street.gateways);
  byId("summary").textContent = text().summary(street.assets.size, states.length, states.filter((one) => one === "online").length);
}

function drawAll() {
  for (const asset of street.assets.values()) drawAsset(asset);
  drawAlarms();
  drawSummary();
  drawFigures();
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
  for (const [key, row] of rows) if (!street.assets.has(key)) { row.remove(); rows.delete(key); }
  map.keep((key) => street.assets.has(key));
  byId("site").textContent = snapshot.site;
  document.title = `${snapshot.site} · street-gateway`;
  drawKinds();
  drawAll();
  if (first) { map.fit(); map.drawRoads(); }
  if (!street.chosen && linked()) choose(linked(), true);
  if (!street.chosen && street.assets.size) choose([...street.assets.keys()].find((key) => key.includes("/lighting_meter/")) ?? street.assets.keys().next().value);
}

function updateAsset(asset) {
  const key = keyOf(asset);
  const isNew = !street.assets.has(key);
  street.assets.set(key, asset);
  drawAsset(asset, true);
  if (isNew) { drawKinds(); drawSummary(); map.fit(); }
  if (!street.chosen && asset.measurement === "lighting_meter") choose(key);
  if (key === street.chosen) drawDetail();
}

function updateAlarms(alarms) {
  const touched = new Set([...street.alarms, ...alarms].map((alarm) => alarm.subject));
  street.alarms = alarms;
  for (const asset of street.assets.values()) if (touched.has(asset.asset)) drawAsset(asset);
  drawAlarms();
  drawFigures();
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
  on("gateways", (gateways) => { street.gateways = gateways; drawSummary(); });
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
  street.faultsOnly = !street.faultsOnly;
  byId("faults-only").setAttribute("aria-pressed", String(street.faultsOnly));
  drawAll();
});
addEventListener("hashchange", () => { if (linked()) choose(linked(), true); });
byId("filter").addEventListener("input", (event) => { street.filter = event.target.value.trim().toLowerCase(); drawAll(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement.tagName !== "INPUT") { byId("filter").focus(); event.preventDefault(); }
});
addEventListener("resize", () => { chart.resize(); map.fit(); });
setInterval(() => { for (const [key, row] of rows) row.querySelector(".age").textContent = ageText(latest(street.assets.get(key)), nowMs()); }, 1000);
setInterval(drawChart, 5000);
setInterval(drawFigures, 1000);
setLanguage(localStorage.getItem("language") ?? navigator.language);
drawTexts();
drawKinds();
follow();
