// The map page: the main map, a second one beside it to compare, and the table linked both ways.
import { setWorkerUrl } from "maplibre-gl";
import { Canvas } from "./canvas.js";
import { navigation, rememberPosition } from "./navigate.js";
import { savePicture } from "./picture.js";
import { draggable } from "./sheet.js";
import { tooltip } from "./tooltip.js";

const stage = document.querySelector("#atlas-map");
const words = JSON.parse(document.querySelector("#map-words").textContent);
const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const api = new URL(stage.dataset.api, location.href).href;
const answers = new Map();
let main = null;
let beside = null;
let turn = 0;

setWorkerUrl(new URL(stage.dataset.worker, location.href).href);
draggable(document.querySelector("#side"));
const { go } = navigation(refresh);

/** Opens a map in a box and links it with pointer, table and address. */
function open(box) {
  const canvas = new Canvas(box, { api, language });
  const { map } = canvas;
  const tip = tooltip(document.querySelector("#map-tooltip"), stage, { words, language });
  map.on("mousemove", (event) => {
    if (!canvas.cells) return;
    const { place, cluster } = canvas.at(event.point);
    map.getCanvas().style.cursor = place || cluster ? "pointer" : "";
    pointAt(place);
    tip.show(canvas.cells.get(place), event.originalEvent, canvas.layer);
  });
  map.on("mouseout", () => {
    pointAt(null);
    tip.hide();
  });
  map.on("click", (event) => {
    if (!canvas.cells) return;
    const { place, cluster } = canvas.at(event.point);
    if (!place && !cluster) return;
    const url = new URL(location.href);
    url.searchParams.delete("place");
    url.searchParams.delete("cluster");
    if (cluster) url.searchParams.set("cluster", cluster);
    else url.searchParams.set("place", place);
    go(url);
    raiseSheet();
  });
  map.on("moveend", (event) => {
    if (event.originalEvent || event.remember) rememberPosition(map);
  });
  return canvas;
}

function legend() {
  return document.querySelector("#legend");
}

/** Draws what the legend now says is shown. */
async function refresh() {
  if (!main) return; // what is chosen before there is a map is what it will open with
  const mine = ++turn;
  const said = legend().dataset;
  const query = said.viewQuery;
  const [layer, outlines] = await Promise.all([
    fetched(`${api}/layer${query}`),
    fetched(`${api}/outlines?industry=${encodeURIComponent(said.key)}`),
  ]);
  if (mine !== turn) return;
  const breaks = numbers(said.breaks);
  await main.show({ layer, breaks, tokens: named(said.tokens), outlines, crossing: said.crossing === "1" });
  main.choose({ place: said.place, cluster: said.cluster });
  await compare(said, mine);
  if (mine !== turn) return;
  const at = new URL(location.href).searchParams.get("at");
  if (at) jump(at);
  if (said.cluster) frameCluster(said.cluster);
}

/** Shows or hides the second map. */
async function compare(said, mine) {
  const box = document.querySelector("#map-beside");
  const which = [document.querySelector("#which-main"), document.querySelector("#which-beside")];
  which[0].hidden = !said.beside;
  const changes = box.hidden === Boolean(said.beside);
  box.hidden = !said.beside;
  if (changes) {
    main.map.resize();
    if (main.shown && !said.at) await home(false);
  }
  main.shown = true;
  if (!said.beside) return;
  which[0].textContent = said.name;
  which[1].textContent = said.besideName;
  const query = new URLSearchParams(said.viewQuery);
  query.set("industry", said.beside);
  const [layer, outlines] = await Promise.all([
    fetched(`${api}/layer?${query}`),
    fetched(`${api}/outlines?industry=${encodeURIComponent(said.beside)}`),
  ]);
  if (mine !== turn) return;
  if (!beside) {
    beside = open(box);
    together(main.map, beside.map);
  }
  beside.map.resize();
  await beside.show({ layer, breaks: numbers(said.besideBreaks), tokens: named(said.besideTokens), outlines, crossing: said.crossing === "1" });
  beside.choose({ place: said.place });
  beside.map.jumpTo({ center: main.map.getCenter(), zoom: main.map.getZoom() });
}

/** Moves each map when the other moves. */
function together(first, second) {
  let busy = false;
  for (const [from, to] of [[first, second], [second, first]]) {
    from.on("move", () => {
      if (busy) return;
      busy = true;
      to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
      busy = false;
    });
  }
}

async function fetched(url) {
  if (!answers.has(url)) {
    const asked = fetch(url, { headers: { Accept: "application/json" } }).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status} ${url}`);
      return answer.json();
    });
    answers.set(url, asked);
    asked.catch(() => answers.delete(url));
  }
  return answers.get(url);
}

function named(text) {
  return text.split(" ").filter(Boolean);
}

function numbers(text) {
  return named(text).map(Number);
}

/** Fits the whole region. */
async function home(remember) {
  const outlines = await fetched(`${api}/boundaries/province`);
  let [west, south, east, north] = [180, 90, -180, -90];
  const walk = (part) => {
    if (typeof part[0] === "number") {
      west = Math.min(west, part[0]);
      east = Math.max(east, part[0]);
      south = Math.min(south, part[1]);
      north = Math.max(north, part[1]);
    } else part.forEach(walk);
  };
  for (const feature of outlines.features) walk(feature.geometry.coordinates);
  // Where there is room beside the legend, the region stands beside it; two maps stand above theirs.
  const box = main.map.getContainer();
  const key = legend().offsetWidth + 12;
  const below = legend().dataset.beside && box.clientHeight === stage.clientHeight;
  const left = !below && box.clientWidth - key > box.clientHeight * 0.75 ? key : 14;
  const bottom = below ? legend().offsetHeight + 18 : 14;
  main.map.fitBounds([[west, south], [east, north]], { padding: { left, right: 14, top: 14, bottom }, animate: false }, { remember });
}

function jump(at) {
  const [zoom, lat, lng] = at.split("/").map(Number);
  if ([zoom, lat, lng].every(Number.isFinite)) main.map.jumpTo({ center: [lng, lat], zoom });
}

function frameCluster(key) {
  const found = main.outlines.find((one) => one.properties.key === key);
  if (!found) return;
  const points = found.geometry.coordinates.flat(found.geometry.type === "Polygon" ? 1 : 2);
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const box = [[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]];
  const view = main.map.getBounds();
  if (!view.contains(box[0]) || !view.contains(box[1])) main.map.fitBounds(box, { padding: 70, maxZoom: 8.5, animate: false });
}

/** Outlines a place on both maps and marks its row. */
function pointAt(code) {
  for (const canvas of [main, beside]) if (canvas?.layer) canvas.point(code);
  for (const row of document.querySelectorAll("tr.under-pointer")) row.classList.remove("under-pointer");
  if (code) document.querySelector(`#league tr[data-code="${CSS.escape(code)}"]`)?.classList.add("under-pointer");
}

function raiseSheet() {
  const side = document.querySelector("#side");
  if (side.dataset.sheet === "peek") side.dataset.sheet = "half";
}

/** Waits until the layer's outlines have been drawn; `idle` may never come. */
function painted(canvas) {
  const { map } = canvas;
  return new Promise((resolve) => {
    const look = () => {
      if (!map.isSourceLoaded(canvas.level) || !map.isSourceLoaded("province")) return;
      map.off("render", look);
      requestAnimationFrame(resolve);
    };
    map.on("render", look);
    map.triggerRepaint();
  });
}

document.addEventListener("pointerover", (event) => {
  const row = event.target.closest?.("#league tr[data-code]");
  if (row && main?.layer) pointAt(row.dataset.code);
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#league tr[data-code]");
  if (row && main?.layer) pointAt(row.dataset.code);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-closes-card]")?.click();
});
document.addEventListener("theme-changed", () => {
  main?.repaint();
  beside?.repaint();
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest(".controls-open");
  if (opener) {
    const frame = document.querySelector("#controls-frame");
    frame.toggleAttribute("data-open");
    opener.setAttribute("aria-expanded", String(frame.hasAttribute("data-open")));
  }
  const tool = main && event.target.closest("[data-tool]")?.dataset.tool;
  if (tool === "home") home(true);
  if (tool === "in") main.map.zoomIn({ animate: calm() }, { remember: true });
  if (tool === "out") main.map.zoomOut({ animate: calm() }, { remember: true });
  if (tool === "picture") savePicture([main, ...(legend().dataset.beside ? [beside] : [])], stage, words);
});

window.addEventListener("beforeprint", () => {
  for (const canvas of [main, beside]) if (canvas?.layer) canvas.still();
});
window.addEventListener("afterprint", () => {
  for (const copy of document.querySelectorAll("canvas.still")) copy.remove();
});

function calm() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

try {
  // Legend and table are painted before a map is begun, which takes its time.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  main = open(document.querySelector("#map-main"));
  await refresh();
  if (!legend().dataset.at) await home(false);
  await painted(main);
  document.documentElement.dataset.mapReady = "true";
} catch (fault) {
  console.warn(fault);
  const said = document.createElement("p");
  said.className = "map-trouble";
  said.textContent = words.failed;
  document.querySelector("#map-main").replaceChildren(said);
  document.documentElement.dataset.mapReady = "failed";
}
