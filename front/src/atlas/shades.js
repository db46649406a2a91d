// Colours of the map come from the same tokens as the legend's; patterns are drawn once a theme.

/** Returns a CSS custom property of the page. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Returns how many class limits a value has reached: its class.
 * @param {number[]} breaks ascending
 * @param {number} value
 */
export function classOf(breaks, value) {
  let at = 0;
  while (at < breaks.length && value >= breaks[at]) at += 1;
  return at;
}

/**
 * Returns the colour of each place that has a number, for MapLibre's `match`.
 * @param {{cells: {code: string, state: string, value: number | null}[]}} layer
 * @param {number[]} breaks
 * @param {string[]} tokens
 */
export function fills(layer, breaks, tokens) {
  const colours = tokens.map((name) => token(`--shade-${name}`));
  const zero = token("--cell-zero");
  const none = token("--cell-none");
  const pairs = layer.cells.flatMap((cell) => {
    if (cell.state === "zero") return [cell.code, zero];
    if (cell.state !== "ok" || cell.value === null) return [];
    return [cell.code, colours[classOf(breaks, cell.value)]];
  });
  return pairs.length ? ["match", ["get", "code"], ...pairs, none] : none;
}

/** Returns the codes of the places in one state. */
export function inState(layer, state) {
  return layer.cells.filter((cell) => cell.state === state).map((cell) => cell.code);
}

/** Returns the hatch (insufficient) and the dots (withheld) as images, at twice their size. */
export function patterns() {
  const ground = token("--cell-none");
  const ink = token("--hatch");
  return {
    hatch: drawn(16, (pen) => {
      pen.fillStyle = ground;
      pen.fillRect(0, 0, 16, 16);
      pen.strokeStyle = ink;
      pen.lineWidth = 3;
      for (const shift of [-16, 0, 16]) {
        pen.beginPath();
        pen.moveTo(shift - 2, 18);
        pen.lineTo(shift + 18, -2);
        pen.stroke();
      }
    }),
    dots: drawn(14, (pen) => {
      pen.fillStyle = ground;
      pen.fillRect(0, 0, 14, 14);
      pen.fillStyle = ink;
      pen.beginPath();
      pen.arc(7, 7, 2.2, 0, 2 * Math.PI);
      pen.fill();
    }),
  };
}

function drawn(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext("2d");
  draw(pen);
  return pen.getImageData(0, 0, size, size);
}
