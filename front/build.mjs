// Builds what the pages load: styles, the frame, the map, the charts, the icons, and the licences
// of what is bundled. Same input, same bytes: no dates, no source maps, no hashes in names.
import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const rooms = join(here, "..", "src", "xietong");
const kit = join(rooms, "kit", "static", "kit");
const atlas = join(rooms, "atlas", "static", "atlas");
const require = createRequire(import.meta.url);

/** Outline icons of Tabler that templates name; one file, each a symbol. */
const ICONS = [
  "adjustments-horizontal", "alert-triangle", "arrow-right", "arrows-left-right", "book",
  "building-factory-2", "chart-bar", "chevron-down", "chevron-left", "chevron-right", "clock",
  "database", "dots", "download", "external-link", "file-spreadsheet", "filter", "history", "home", "info-circle",
  "json", "link", "list-details", "map", "map-pin", "minus", "moon", "photo", "plus", "search", "shield",
  "sun", "user", "users", "vector-triangle", "x",
];

const shared = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  sourcemap: false,
  target: ["es2022", "chrome111", "firefox111", "safari16.4"],
  absWorkingDir: here,
  logLevel: "warning",
  external: ["*.woff", "*.woff2"],
};

await mkdir(kit, { recursive: true });
await mkdir(atlas, { recursive: true });
await Promise.all([
  build({ ...shared, entryPoints: ["src/kit/kit.css"], outfile: join(kit, "kit.css") }),
  build({ ...shared, entryPoints: ["src/kit/theme.js"], format: "iife", outfile: join(kit, "theme.js") }),
  build({ ...shared, entryPoints: ["src/kit/frame.js"], format: "esm", outfile: join(kit, "frame.js") }),
  build({ ...shared, entryPoints: ["src/atlas/atlas.css"], outfile: join(atlas, "atlas.css") }),
  build({ ...shared, entryPoints: ["src/atlas/page.js"], format: "esm", outfile: join(atlas, "map.js") }),
  build({ ...shared, entryPoints: ["src/atlas/years.js"], format: "esm", outfile: join(atlas, "years.js") }),
  build({ ...shared, entryPoints: ["src/atlas/imports.css"], outfile: join(atlas, "imports.css") }),
  build({ ...shared, entryPoints: ["src/atlas/imports.js"], format: "esm", outfile: join(atlas, "imports.js") }),
  build({ ...shared, entryPoints: ["src/atlas/registers.css"], outfile: join(atlas, "registers.css") }),
  build({ ...shared, entryPoints: ["src/atlas/queue.js"], format: "esm", outfile: join(atlas, "queue.js") }),
  build({
    ...shared,
    entryPoints: [require.resolve("maplibre-gl/dist/maplibre-gl-worker.mjs")],
    format: "esm",
    outfile: join(atlas, "maplibre-worker.js"),
  }),
]);
await writeFile(join(kit, "icons.svg"), await sprite(ICONS));
await writeFile(join(kit, "THIRD_PARTY.txt"), await licences(["@tabler/core", "@tabler/icons", "htmx.org"]));
await writeFile(
  join(atlas, "THIRD_PARTY.txt"),
  await licences([
    "maplibre-gl", "@mapbox/point-geometry", "@mapbox/tiny-sdf", "@mapbox/unitbezier",
    "@mapbox/vector-tile", "@maplibre/geojson-vt", "@maplibre/maplibre-gl-style-spec",
    "@maplibre/mlt", "@maplibre/vt-pbf", "bidi-js", "earcut", "gl-matrix", "kdbush",
    "murmurhash-js", "pbf", "potpack", "quickselect", "tinyqueue", "echarts", "zrender", "tslib",
  ]),
);
for (const folder of [kit, atlas]) await forgetSourceMaps(folder);

/** Returns the icons as one SVG of symbols that `<use href="…#name">` draws. */
async function sprite(names) {
  const symbols = [];
  for (const name of names) {
    const file = join(here, "node_modules", "@tabler", "icons", "icons", "outline", `${name}.svg`);
    const paths = (await readFile(file, "utf8")).match(/<(path|circle|rect|line|polyline)\b[^>]*\/>/g);
    const drawn = paths.filter((path) => !path.includes('stroke="none"')).join("");
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
        `stroke-linecap="round" stroke-linejoin="round">${drawn}</symbol>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** Returns name, version and licence text of each package. */
async function licences(names) {
  const parts = [];
  for (const name of names) {
    const folder = join(here, "node_modules", ...name.split("/"));
    const facts = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? (await readFile(join(folder, file), "utf8")).trim() : "";
    const said = typeof facts.license === "string" ? facts.license : "see its package";
    parts.push(`${name} ${facts.version} (${said})\n\n${text}`.trim());
  }
  return `${parts.join(`\n\n${"-".repeat(78)}\n\n`)}\n`;
}

/** A manifest of static files stops at a map that is named and missing. */
async function forgetSourceMaps(folder) {
  for (const name of (await readdir(folder)).filter((entry) => /\.(js|css)$/.test(entry))) {
    const path = join(folder, name);
    const text = await readFile(path, "utf8");
    const bare = text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*/g, "");
    if (bare !== text) await writeFile(path, bare);
  }
}
