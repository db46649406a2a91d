// The map as a PNG that can be put into a report: title, banner, legend, edition and sources drawn in.
import { token } from "./shades.js";

const SCALE = 2;
const SIDE = 230;
const MARGIN = 16;

/** Draws and downloads the picture of the maps that are shown. */
export async function savePicture(canvases, stage, words) {
  const shots = await Promise.all(canvases.map((canvas) => shot(canvas.map)));
  const width = shots.reduce((sum, one) => sum + one.width, 0);
  // A legend below two maps covers nothing but sea, which the picture does without.
  const strip = document.querySelector("#legend.of-two");
  const spare = strip && shots[0].height === stage.clientHeight ? strip.offsetHeight : 0;
  const height = Math.max(...shots.map((one) => one.height)) - spare;
  const picture = document.createElement("canvas");
  const pen = picture.getContext("2d");
  const facts = stage.dataset;
  const title = document.querySelector("#title h1").textContent.replace(/\s+/g, " ").trim();
  const under = document.querySelector("#title p").textContent.replace(/\s+/g, " ").trim();
  const warning = [facts.synthetic ? words.synthetic : "", facts.banner].filter(Boolean).join(" · ");
  const edition = words.edition.replace("{number}", facts.edition).replace("{vintage}", facts.vintage);
  const font = token("--tblr-font-sans-serif");
  pen.font = `11px ${font}`;
  const whole = width + SIDE;
  const foot = [edition, facts.note, ...broken(pen, facts.attribution, whole - 2 * MARGIN)];
  const top = 62 + (warning ? 22 : 0);
  const bottom = 14 + foot.length * 16;
  picture.width = whole * SCALE;
  picture.height = (top + height + bottom) * SCALE;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = token("--paper");
  pen.fillRect(0, 0, whole, top + height + bottom);
  if (warning) {
    pen.fillStyle = token("--signal-soft");
    pen.fillRect(0, 0, whole, 24);
    write(warning, MARGIN, 16, `600 12px ${font}`, token("--signal"));
  }
  write(title, MARGIN, top - 32, `600 18px ${font}`, token("--ink"));
  write(under, MARGIN, top - 12, `12px ${font}`, token("--ink-soft"));
  let x = 0;
  for (const one of shots) {
    const share = height / one.height;
    pen.drawImage(one.image, 0, 0, one.image.width, one.image.height * Math.min(1, share), x, top, one.width, Math.min(height, one.height));
    x += one.width;
  }
  drawLegend(pen, width + MARGIN, top + 14, font, write);
  foot.forEach((text, at) => write(text, MARGIN, top + height + 18 + at * 16, `11px ${font}`, token("--ink-soft")));
  const blob = await new Promise((resolve) => picture.toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `xietong-${facts.edition}-${document.querySelector("#legend").dataset.key}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);

  function write(text, left, baseline, style, colour) {
    pen.font = style;
    pen.fillStyle = colour;
    pen.fillText(text, left, baseline);
  }
}

/** Takes the picture within a frame, since the drawing buffer is not kept. */
function shot(map) {
  return new Promise((resolve) => {
    map.once("render", () => {
      const canvas = map.getCanvas();
      const copy = document.createElement("canvas");
      copy.width = canvas.width;
      copy.height = canvas.height;
      copy.getContext("2d").drawImage(canvas, 0, 0);
      resolve({ image: copy, width: canvas.clientWidth, height: canvas.clientHeight });
    });
    map.triggerRepaint();
  });
}

function drawLegend(pen, x, y, font, write) {
  const legend = document.querySelector("#legend");
  let at = y;
  for (const part of legend.querySelectorAll("h2, li, .method")) {
    const text = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";
    if (part.matches("li")) {
      const swatch = part.querySelector(".swatch");
      drawSwatch(pen, swatch.className, x, at - 10);
      const count = text(part.querySelector(".count"));
      pen.font = `12px ${font}`;
      const room = SIDE - 2 * MARGIN - 36 - pen.measureText(count).width;
      pen.textAlign = "right";
      write(count, x + SIDE - 2 * MARGIN, at, `12px ${font}`, token("--ink-soft"));
      pen.textAlign = "left";
      const lines = broken(pen, text(swatch.nextElementSibling), room);
      lines.forEach((line, row) => write(line, x + 28, at + row * 15, `12px ${font}`, token("--ink")));
      at += 4 + 15 * lines.length;
    } else {
      pen.font = part.matches("h2") ? `600 13px ${font}` : `12px ${font}`;
      for (const line of broken(pen, words(part), SIDE - 2 * MARGIN)) {
        write(line, x, at, part.matches("h2") ? `600 13px ${font}` : `12px ${font}`, token(part.matches("h2") ? "--ink" : "--ink-soft"));
        at += 18;
      }
      at += 2;
    }
  }
}

/** Returns a text of the legend without its links, which lead nowhere on paper. */
function words(part) {
  const copy = part.cloneNode(true);
  for (const link of copy.querySelectorAll("a")) link.remove();
  return copy.textContent.replace(/\s+/g, " ").trim().replace(/ ·$/, "");
}

function drawSwatch(pen, names, x, y) {
  const kind = names.match(/shade-([a-z0-9]+)/)[1];
  pen.save();
  pen.beginPath();
  pen.rect(x, y, 20, 12);
  pen.clip();
  pen.fillStyle = /^[abs]\d$/.test(kind) ? token(`--shade-${kind}`) : token(kind === "zero" || kind === "cluster" ? "--cell-zero" : "--cell-none");
  pen.fillRect(x, y, 20, 12);
  pen.strokeStyle = token("--hatch");
  pen.fillStyle = token("--hatch");
  if (kind === "insufficient") {
    for (let shift = -12; shift < 24; shift += 5) {
      pen.beginPath();
      pen.moveTo(x + shift, y + 12);
      pen.lineTo(x + shift + 12, y);
      pen.stroke();
    }
  }
  if (kind === "withheld") {
    for (let dot = 0; dot < 8; dot += 1) {
      pen.beginPath();
      pen.arc(x + 3 + (dot % 4) * 5, y + 3.5 + Math.floor(dot / 4) * 5, 1.1, 0, 7);
      pen.fill();
    }
  }
  pen.restore();
  pen.lineWidth = kind === "cluster" ? 2 : 0.6;
  pen.strokeStyle = token(kind === "cluster" ? "--cluster" : "--line-strong");
  pen.strokeRect(x + 0.5, y + 0.5, 19, 11);
}

/** Breaks a text into lines that fit: at spaces, and between any two Chinese characters. */
function broken(pen, text, width) {
  const lines = [];
  let line = "";
  for (const piece of text.match(/[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? []) {
    if (line && pen.measureText(line + piece).width > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return line ? [...lines, line.trimEnd()] : lines;
}
