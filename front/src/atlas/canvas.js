// One map: outlines of places, the layer's colours, clusters over them, what is under the pointer.
import { Map as Maplibre } from "maplibre-gl";
import { fills, inState, patterns, token } from "./shades.js";

const LEVELS = ["county", "prefecture", "province"];
const NONE = ["in", ["get", "code"], ["literal", []]];
const EMPTY = { type: "FeatureCollection", features: [] };

export class Canvas {
  /**
   * @param {HTMLElement} box
   * @param {{api: string, language: "zh" | "en", at: [number, number, number] | null}} options
   */
  constructor(box, options) {
    this.options = options;
    this.level = "county";
    this.layer = null;
    this.map = new Maplibre({
      container: box,
      style: { version: 8, sources: {}, layers: [] },
      attributionControl: false,
      locale: { "Map.Title": box.dataset.label },
      localIdeographFontFamily: token("--tblr-font-sans-serif"),
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      minZoom: 3.5,
      maxZoom: 12,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.ready = new Promise((resolve) => {
      this.map.once("load", () => resolve(this.lay()));
    });
  }

  /** Lays sources and layers, once; data come by `show`. */
  async lay() {
    const { map, options } = this;
    map.addLayer({ id: "sea", type: "background", paint: { "background-color": token("--map-sea") } });
    this.addPatterns();
    for (const level of LEVELS) {
      map.addSource(level, { type: "geojson", data: `${options.api}/boundaries/${level}`, promoteId: "code", tolerance: 0.2 });
    }
    map.addSource("clusters", { type: "geojson", data: EMPTY, promoteId: "key" });
    map.addSource("names", { type: "geojson", data: EMPTY });
    for (const level of LEVELS) {
      const source = { source: level, layout: { visibility: "none" } };
      map.addLayer({ id: `fill-${level}`, type: "fill", ...source, paint: { "fill-color": token("--cell-none"), "fill-antialias": false } });
      map.addLayer({ id: `hatch-${level}`, type: "fill", ...source, filter: NONE, paint: { "fill-pattern": "hatch" } });
      map.addLayer({ id: `dots-${level}`, type: "fill", ...source, filter: NONE, paint: { "fill-pattern": "dots" } });
      map.addLayer({ id: `edge-${level}`, type: "line", ...source, paint: { "line-color": token("--map-line"), "line-width": ["interpolate", ["linear"], ["zoom"], 5, 0.5, 9, 1.4] } });
    }
    this.addLine("prefectures", "prefecture", "--map-edge", ["interpolate", ["linear"], ["zoom"], 5, 0.5, 9, 1.2], 0.75);
    this.addLine("provinces", "province", "--map-border", ["interpolate", ["linear"], ["zoom"], 5, 1.2, 9, 2.4], 1);
    map.addLayer({ id: "cluster-halo", type: "line", source: "clusters", layout: { "line-join": "round" }, paint: { "line-color": token("--halo"), "line-width": 5, "line-opacity": 0.85 } });
    map.addLayer({
      id: "cluster-line", type: "line", source: "clusters", layout: { "line-join": "round" },
      paint: { "line-color": token("--cluster"), "line-width": ["case", ["boolean", ["feature-state", "chosen"], false], 4, ["get", "crossing"], 3, 2] },
    });
    for (const [id, width] of [["under-pointer", 2], ["chosen", 3]]) {
      for (const level of LEVELS) {
        map.addLayer({ id: `${id}-${level}`, type: "line", source: level, filter: NONE, paint: { "line-color": token("--ink"), "line-width": width } });
      }
    }
    map.addLayer({
      id: "cluster-name", type: "symbol", source: "names",
      layout: {
        "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": ["interpolate", ["linear"], ["zoom"], 5, 11, 9, 14], "text-max-width": 11,
        "symbol-sort-key": ["get", "rank"], "text-padding": 4, "text-variable-anchor": ["bottom", "top", "left", "right"], "text-radial-offset": 1.3,
      },
      paint: { "text-color": token("--cluster-text"), "text-halo-color": token("--halo"), "text-halo-width": 1.6 },
    });
  }

  addPatterns() {
    for (const [name, image] of Object.entries(patterns())) {
      if (this.map.hasImage(name)) this.map.updateImage(name, image);
      else this.map.addImage(name, image, { pixelRatio: 2 });
    }
  }

  addLine(id, source, colour, width, opacity) {
    this.map.addLayer({ id, type: "line", source, paint: { "line-color": token(colour), "line-width": width, "line-opacity": opacity } });
  }

  /** Draws a layer; `outlines` are its industry's clusters. */
  async show({ layer, breaks, tokens, outlines, crossing }) {
    await this.ready;
    const { map } = this;
    Object.assign(this, { layer, breaks, tokens, level: layer.level });
    this.cells = new Map(layer.cells.map((cell) => [cell.code, cell]));
    for (const level of LEVELS) {
      const shown = level === layer.level ? "visible" : "none";
      for (const kind of ["fill", "hatch", "dots", "edge"]) map.setLayoutProperty(`${kind}-${level}`, "visibility", shown);
    }
    map.setLayoutProperty("prefectures", "visibility", layer.level === "county" ? "visible" : "none");
    this.paint();
    const features = outlines.features.filter((one) => !crossing || one.properties.crossing);
    this.outlines = features;
    map.getSource("clusters").setData({ type: "FeatureCollection", features });
    map.getSource("names").setData({ type: "FeatureCollection", features: features.map((one) => this.nameOf(one)) });
  }

  /** Colours the layer at hand; called again when the theme changes. */
  paint() {
    const { map, layer, level } = this;
    map.setPaintProperty(`fill-${level}`, "fill-color", fills(layer, this.breaks, this.tokens));
    map.setFilter(`hatch-${level}`, ["in", ["get", "code"], ["literal", inState(layer, "insufficient")]]);
    map.setFilter(`dots-${level}`, ["in", ["get", "code"], ["literal", inState(layer, "withheld")]]);
  }

  repaint() {
    const { map } = this;
    this.addPatterns();
    const colours = { sea: ["background-color", "--map-sea"], prefectures: ["line-color", "--map-edge"], provinces: ["line-color", "--map-border"], "cluster-halo": ["line-color", "--halo"], "cluster-line": ["line-color", "--cluster"] };
    for (const [id, [property, name]] of Object.entries(colours)) map.setPaintProperty(id, property, token(name));
    for (const level of LEVELS) {
      map.setPaintProperty(`edge-${level}`, "line-color", token("--map-line"));
      for (const id of ["under-pointer", "chosen"]) map.setPaintProperty(`${id}-${level}`, "line-color", token("--ink"));
    }
    map.setPaintProperty("cluster-name", "text-color", token("--cluster-text"));
    map.setPaintProperty("cluster-name", "text-halo-color", token("--halo"));
    if (this.layer) this.paint();
  }

  nameOf(feature) {
    const { name_zh: zh, name_en: en, rank, key } = feature.properties;
    // All clusters of a map are of one industry, which its title names; the places tell them apart.
    const { short } = this.layer.industry;
    const name = this.options.language === "zh" ? zh.replace(`${short.zh}集群`, "") : en.replace(`: ${short.en} cluster`, "");
    return { type: "Feature", geometry: { type: "Point", coordinates: middle(feature.geometry) }, properties: { key, rank, name } };
  }

  /** Leaves a still copy for the printer, which finds a WebGL canvas empty. */
  still() {
    const { map } = this;
    map.redraw();
    const shown = map.getCanvas();
    const copy = Object.assign(document.createElement("canvas"), { className: "still", width: shown.width, height: shown.height });
    copy.getContext("2d").drawImage(shown, 0, 0);
    map.getContainer().append(copy);
  }

  /** Outlines the place under the pointer, or none. */
  point(code) {
    this.outline("under-pointer", code);
  }

  /** Outlines the chosen place and thickens the chosen cluster. */
  choose({ place, cluster }) {
    this.outline("chosen", place);
    for (const one of this.outlines ?? []) this.map.setFeatureState({ source: "clusters", id: one.properties.key }, { chosen: one.properties.key === cluster });
  }

  outline(id, code) {
    for (const level of LEVELS) this.map.setFilter(`${id}-${level}`, code && level === this.level ? ["==", ["get", "code"], code] : NONE);
  }

  /** Returns the code of the place at a point, and the key of the cluster whose name stands there. */
  at(point) {
    const [place] = this.map.queryRenderedFeatures(point, { layers: [`fill-${this.level}`] });
    const around = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]];
    const [cluster] = this.map.queryRenderedFeatures(around, { layers: ["cluster-name", "cluster-line"] });
    return { place: place?.properties.code, cluster: cluster?.properties.key };
  }
}

/** Returns the middle of the largest part of an outline, by its box. */
function middle(geometry) {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = { size: -1, at: [0, 0] };
  for (const [ring] of parts) {
    const xs = ring.map((point) => point[0]);
    const ys = ring.map((point) => point[1]);
    const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const size = (east - west) * (north - south);
    if (size > best.size) best = { size, at: [(west + east) / 2, (south + north) / 2] };
  }
  return best.at;
}
