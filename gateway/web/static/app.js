// The page: takes the snapshot and the events of /api/events, and draws the map, the table, the alarms and one chart.
import { fieldName, locale, shown, switchLanguage, text, unit } from "./texts.js";

const byId = (id) => document.getElementById(id);
const street = { assets: new Map(), gateways: {}, alarms: [], kind: "", filter: "", chosen: null, field: null, span: 300, ahead: 0 };
const HEADLINE = {
  lamp: ["dim_level", "power_state"], lighting_meter: ["active_power", "voltage_l1", "active_energy"],
  traffic: ["vehicle_count_total", "average_speed"], weather: ["air_temperature", "relative_humidity"],
};

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

const keyOf = (asset) => `${asset.operator}/${asset.measurement}/${asset.asset}`;
const values = (asset) => asset.readings.flatMap((reading) => Object.entries(reading.values).map(([name, value]) => ({ name, reading, ...value })));
const latest = (asset) => Math.max(...asset.readings.map((reading) => Date.parse(reading.time)));
const nowMs = () => Date.now() + street.ahead;
const alarmOf = (asset) => street.alarms.find((alarm) => alarm.subject === asset.asset && alarm.kind !== "gateway_offline");

function stateOf(asset) {
  const alarm = alarmOf(asset);
  if (alarm) return alarm.kind === "missing" ? "missing" : "bad";
  if (asset.measurement !== "lamp") return "good";
  return values(asset).some((one) => one.name === "power_state" && one.value === "on") ? "lit" : "off";
}

function stateText(asset) {
  const state = stateOf(asset);
  return state === "bad" && alarmOf(asset).kind === "lamp_failed" ? text().failed : text()[state];
}

// The map

const map = L.map("map", { attributionControl: false, zoomSnap: 0.25, keyboard: true });
const markers = new Map();


function icon(asset) {
  const chosen = keyOf(asset) === street.chosen ? " chosen" : "";
  return L.divIcon({ className: `spot ${asset.measurement} ${stateOf(asset)}${chosen}`, html: "<i></i>", iconSize: [20, 20] });
}

function drawMarker(asset) {
  if (!asset.location) return;
  const key = keyOf(asset);
  const [lon, lat] = asset.location.coordinates;
  let marker = markers.get(key);
  if (!marker) {
    marker = L.marker([lat, lon], { icon: icon(asset), title: asset.name ?? asset.asset, alt: asset.asset, keyboard: true });
    marker.look = "";
    marker.on("click keypress", () => choose(key)).addTo(map);
    markers.set(key, marker);
  }
  const look = `${stateOf(asset)} ${key === street.chosen}`;
  if (look !== marker.look) {
    marker.look = look;
    marker.setIcon(icon(asset));
  }
}

async function drawRoads() {
  const answer = await fetch("/api/streets");
  if (!answer.ok) return;
  const color = getComputedStyle(document.documentElement).getPropertyValue("--road");
  L.geoJSON(await answer.json(), { style: { color, weight: 9, lineCap: "round" }, interactive: false }).addTo(map);
}

function fit() {
  const group = L.featureGroup([...markers.values()]);
  if (markers.size) map.fitBounds(group.getBounds().pad(0.08));
  else map.setView([43.88, 11.1], 13);
}

// The table

const rows = new Map();

function headline(asset) {
  const wanted = HEADLINE[asset.measurement];
  const found = values(asset);
  return wanted ? wanted.flatMap((name) => found.filter((one) => one.name === name)) : found.slice(0, 3);
}

function valueSpan(one) {
  return element("span", { class: "value", "data-field": one.name, "data-value": one.value ?? "", title: `${fieldName(one.name)}: ${one.quality ?? "Good"}` },
    shown(one.value), element("small", {}, ` ${unit(one.unit) || fieldName(one.name)}`));
}

function drawRow(asset, fresh) {
  const key = keyOf(asset);
  let row = rows.get(key);
  if (!row) {
    row = element("tr", { tabindex: "0", "data-asset": asset.asset, "data-measurement": asset.measurement, onclick: () => choose(key),
      onkeydown: (event) => moveOrChoose(event, key) });
    rows.set(key, row);
    const body = byId("table").tBodies[0];
    const after = [...rows.keys()].filter((other) => other > key).sort()[0];
    body.insertBefore(row, after ? rows.get(after) : null);
  }
  row.hidden = !wanted(asset);
  row.setAttribute("aria-selected", String(key === street.chosen));
  row.dataset.t = latest(asset);
  const state = stateOf(asset);
  const cell = element("td", {}, ...headline(asset).map(valueSpan));
  if (fresh) cell.className = "fresh";
  row.replaceChildren(element("td", {}, asset.asset, " ", element("small", {}, asset.name ?? "")), cell, element("td", { class: "number age" }, ageText(asset)),
    element("td", { class: `state ${state}` }, stateText(asset)));
}

function ageText(asset) {
  const seconds = Math.max(0, Math.round((nowMs() - latest(asset)) / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function wanted(asset) {
  const words = `${asset.asset} ${asset.name ?? ""} ${asset.operator}`.toLowerCase();
  return (!street.kind || asset.measurement === street.kind) && words.includes(street.filter);
}

function moveOrChoose(event, key) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (event.key === "Enter" || event.key === " ") choose(key);
  else if (step) {
    let next = event.currentTarget[step];
    while (next && next.hidden) next = next[step];
    next?.focus();
  } else return;
  event.preventDefault();
}

function drawKinds() {
  const kinds = ["", ...new Set([...street.assets.values()].map((asset) => asset.measurement))].sort();
  byId("kinds").replaceChildren(...kinds.map((kind) => element("button", { type: "button", "aria-pressed": String(kind === street.kind),
    onclick: () => { street.kind = kind; drawKinds(); drawAll(); } }, kind ? text().kinds[kind] ?? kind : text().all)));
}

// Alarms

function drawAlarms() {
  byId("alarm-count").textContent = street.alarms.length;
  byId("alarm-count").classList.toggle("some", street.alarms.length > 0);
  const items = street.alarms.map((alarm) => {
    const since = new Date(alarm.since_ms).toLocaleTimeString(locale(), { hourCycle: "h23" });
    const key = [...street.assets.keys()].find((one) => one.endsWith(`/${alarm.subject}`));
    return element("li", { class: alarm.kind, tabindex: "0", onclick: () => key && choose(key), onkeydown: (event) => event.key === "Enter" && key && choose(key) },
      `${alarm.subject}: ${text().alarm[alarm.kind]}`, element("small", {}, `${text().since} ${since} ${alarm.detail}`));
  });
  byId("alarms").replaceChildren(...(items.length ? items : [element("li", { class: "none" }, text().none)]));
}

// One asset, and one value over time

let plot = null;
let drawn = 0;

function choose(key) {
  const asset = street.assets.get(key);
  if (!asset) return;
  const before = street.chosen;
  street.chosen = key;
  street.field = null;
  for (const other of [before, key]) if (street.assets.has(other)) { drawMarker(street.assets.get(other)); drawRow(street.assets.get(other)); }
  drawDetail();
  drawChart();
}

function drawDetail() {
  const asset = street.assets.get(street.chosen);
  if (!asset) return;
  byId("detail-title").textContent = `${asset.name ?? asset.asset} (${asset.asset}, ${asset.operator})`;
  const all = values(asset);
  street.field ??= headline(asset)[0]?.name ?? all[0]?.name;
  byId("values").tBodies[0].replaceChildren(...all.map((one) => {
    const pick = () => { street.field = one.name; drawDetail(); drawChart(); };
    return element("tr", { tabindex: "0", "aria-selected": String(one.name === street.field), "data-field": one.name, onclick: pick,
      onkeydown: (event) => { if (event.key === "Enter") pick(); } },
    element("td", {}, fieldName(one.name)), element("td", { class: "number" }, `${shown(one.value)} ${unit(one.unit)}`),
    element("td", {}, element("small", {}, one.quality ?? "Good")));
  }));
  byId("spans").hidden = false;
  byId("spans").replaceChildren(...Object.entries(text().spans).map(([span, label]) => element("button", { type: "button",
    "aria-pressed": String(Number(span) === street.span), onclick: () => { street.span = Number(span); drawDetail(); drawChart(); } }, label)));
}

function clockTimes(_plot, seconds) {
  const shape = street.span > 43200 ? { weekday: "short", hour: "2-digit", minute: "2-digit" } : { hour: "2-digit", minute: "2-digit" };
  return seconds.map((second) => new Date(second * 1000).toLocaleTimeString(locale(), { ...shape, hourCycle: "h23" }));
}

async function drawChart() {
  const asset = street.assets.get(street.chosen);
  const one = asset && values(asset).find((value) => value.name === street.field);
  if (!one) return;
  const mine = ++drawn;
  const to = nowMs();
  const query = new URLSearchParams({ asset: asset.asset, measurement: asset.measurement, field: one.name, device: one.reading.device,
    from: Math.round(to - street.span * 1000), to: Math.round(to) });
  const answer = await fetch(`/api/points?${query}`);
  if (mine !== drawn) return;
  byId("chart-missing").hidden = answer.ok;
  byId("chart").hidden = !answer.ok;
  if (!answer.ok) return;
  const { points } = await answer.json();
  const numbers = points.filter(([, value]) => typeof value === "number" || typeof value === "boolean" || value === "on" || value === "off");
  const data = [numbers.map(([t]) => t / 1000), numbers.map(([, value]) => (value === "on" ? 1 : value === "off" ? 0 : Number(value)))];
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--quiet"), rule = style.getPropertyValue("--rule"), accent = style.getPropertyValue("--accent");
  const label = `${fieldName(one.name)} ${unit(one.unit)}`;
  const box = byId("chart");
  box.setAttribute("aria-label", text().chart(label));
  box.dataset.points = numbers.length;
  const axis = { stroke: ink, grid: { stroke: rule }, ticks: { stroke: rule } };
  const options = { width: box.clientWidth || 400, height: 240, scales: { x: { min: to / 1000 - street.span, max: to / 1000 } }, axes: [{ ...axis, values: clockTimes }, { ...axis, size: 62 }],
    series: [{ value: (_plot, seconds) => (seconds == null ? "" : new Date(seconds * 1000).toLocaleTimeString(locale(), { hourCycle: "h23" })) },
      { label, stroke: accent, width: 1.6, points: { show: numbers.length < 60, size: 5 }, paths: typeof one.value === "number" ? undefined : uPlot.paths.stepped({ align: 1 }) }] };
  plot?.destroy();
  plot = new uPlot(options, data, box);
}

// Everything together

function drawTexts() {
  document.documentElement.lang = locale();
  for (const node of document.querySelectorAll("[data-text]")) if (node.id !== "detail-title" || !street.chosen) node.textContent = text()[node.dataset.text];
  byId("filter").placeholder = text().filter;
  byId("filter").setAttribute("aria-label", text().filter);
  byId("language").textContent = text().language;
  byId("legend").replaceChildren(...[["lamp lit", "lit"], ["lamp off", "off"], ["lighting_meter good", "kinds.lighting_meter"], ["traffic good", "kinds.traffic"],
    ["weather good", "kinds.weather"], ["lamp bad", "bad"], ["lamp missing", "missing"]].map(([look, name]) => {
    const mark = element("span", { class: `spot ${look}` }, element("i"));
    return element("span", {}, mark, name.split(".").reduce((found, part) => found[part], text()));
  }));
  drawLink(byId("link").dataset.state);
}

function drawSummary() {
  const states = Object.values(street.gateways);
  byId("summary").textContent = text().summary(street.assets.size, states.length, states.filter((state) => state === "online").length);
}

function drawAll() {
  for (const asset of street.assets.values()) { drawMarker(asset); drawRow(asset); }
  drawAlarms();
  drawSummary();
  drawDetail();
}

function drawLink(state) {
  byId("link").dataset.state = state;
  byId("link").textContent = text()[state];
}

function begin(snapshot) {
  const first = street.assets.size === 0;
  street.ahead = snapshot.now_ms - Date.now();
  street.assets = new Map(snapshot.assets.map((asset) => [keyOf(asset), asset]));
  street.gateways = snapshot.gateways;
  street.alarms = snapshot.alarms;
  for (const [key, row] of rows) if (!street.assets.has(key)) { row.remove(); rows.delete(key); }
  for (const [key, marker] of markers) if (!street.assets.has(key)) { marker.remove(); markers.delete(key); }
  byId("site").textContent = snapshot.site;
  document.title = `${snapshot.site} · street-gateway`;
  drawKinds();
  drawAll();
  if (first) { fit(); drawRoads(); }
  if (!street.chosen && street.assets.size) choose([...street.assets.keys()].find((key) => key.includes("/lighting_meter/")) ?? street.assets.keys().next().value);
}

function take(asset) {
  const key = keyOf(asset);
  const isNew = !street.assets.has(key);
  street.assets.set(key, asset);
  drawMarker(asset);
  drawRow(asset, true);
  if (isNew) { drawKinds(); drawSummary(); fit(); }
  if (!street.chosen && asset.measurement === "lighting_meter") choose(key);
  if (key === street.chosen) drawDetail();
}

function takeAlarms(alarms) {
  const before = new Set(street.alarms.map((alarm) => alarm.subject));
  street.alarms = alarms;
  const touched = new Set([...before, ...alarms.map((alarm) => alarm.subject)]);
  for (const asset of street.assets.values()) if (touched.has(asset.asset)) { drawMarker(asset); drawRow(asset); }
  drawAlarms();
}

function follow() {
  const events = new EventSource("/api/events");
  const on = (kind, work) => events.addEventListener(kind, (event) => work(JSON.parse(event.data)));
  events.onopen = () => drawLink("live");
  events.onerror = () => drawLink("cut");
  on("snapshot", begin);
  on("asset", take);
  on("alarms", takeAlarms);
  on("gateways", (gateways) => { street.gateways = gateways; drawSummary(); });
}

byId("language").addEventListener("click", () => { switchLanguage(); drawTexts(); drawKinds(); drawAll(); drawChart(); });
byId("filter").addEventListener("input", (event) => { street.filter = event.target.value.trim().toLowerCase(); drawAll(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement.tagName !== "INPUT") { byId("filter").focus(); event.preventDefault(); }
});
addEventListener("resize", () => { plot?.setSize({ width: byId("chart").clientWidth, height: 240 }); map.invalidateSize(); fit(); });
setInterval(() => { for (const [key, row] of rows) row.querySelector(".age").textContent = ageText(street.assets.get(key)); }, 1000);
setInterval(drawChart, 5000);
drawTexts();
fit();
follow();
