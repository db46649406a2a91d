// What is under the pointer: place, value with its interval, n, rank; or why there is no number.

/** Returns the tooltip of a map; it follows the pointer within `stage`. */
export function tooltip(box, stage, { words, language }) {
  return {
    show(cell, pointer, layer) {
      if (!cell) return this.hide();
      const name = document.createElement("b");
      name.textContent = `${cell.name[language]} · ${cell.parent[language]}`;
      const lines = told(cell, layer, words, language).map((text) => {
        const line = document.createElement("div");
        line.textContent = text;
        return line;
      });
      box.replaceChildren(name, ...lines);
      box.hidden = false;
      const frame = stage.getBoundingClientRect();
      const x = Math.min(pointer.clientX - frame.left + 14, frame.width - box.offsetWidth - 8);
      const below = pointer.clientY - frame.top + 16;
      const y = below + box.offsetHeight > frame.height ? below - box.offsetHeight - 30 : below;
      box.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    },
    hide() {
      box.hidden = true;
    },
  };
}

function told(cell, layer, words, language) {
  if (cell.state === "withheld") return [words.withheld[layer.counted]];
  if (cell.state === "insufficient") return [words.insufficient];
  if (cell.state === "zero") return [words.zero];
  const lines = [`${figure(cell, layer)}${layer.unit[language] ? ` ${layer.unit[language]}` : ""}`];
  if (cell.low !== null) lines[0] += `  (${range(cell)})`;
  const facts = [];
  if (cell.n !== null && layer.measure !== "n") facts.push(words.units.replace("{n}", cell.n.toLocaleString("en")));
  if (cell.rank !== null) facts.push(words.rank.replace("{rank}", cell.rank));
  if (cell.significant !== null) facts.push(cell.significant ? words.significant : words.not_significant);
  return [...lines, facts.join(" · ")];
}

/** Two figures of half the interval's width, and two decimals at the most; as kit/figures.py. */
export function decimals(low, high) {
  if (low === null || high === null || high <= low) return 2;
  return Math.max(0, Math.min(2, 1 - Math.floor(Math.log10((high - low) / 2))));
}

function figure(cell, layer) {
  if (layer.measure === "n") return Math.round(cell.value).toLocaleString("en");
  return fixed(cell.value, decimals(cell.low, cell.high));
}

function range(cell) {
  const places = decimals(cell.low, cell.high);
  return `${fixed(cell.low, places)} – ${fixed(cell.high, places)}`;
}

function fixed(value, places) {
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
}
