// On a phone the table is a sheet: dragged by its grip, or raised and lowered by a press.
const STOPS = ["peek", "half", "full"];

export function draggable(sheet) {
  const grip = sheet.querySelector(".sheet-grip");
  let from = null;
  let moved = false;
  grip.addEventListener("pointerdown", (event) => {
    from = { y: event.clientY, height: sheet.offsetHeight };
    moved = false;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (!from) return;
    const by = from.y - event.clientY;
    if (Math.abs(by) < 6) return;
    moved = true;
    sheet.dataset.dragged = "";
    sheet.style.height = `${Math.max(60, Math.min(innerHeight - 110, from.height + by))}px`;
  });
  grip.addEventListener("pointerup", () => {
    if (moved) settle(sheet.offsetHeight / innerHeight);
    from = null;
  });
  grip.addEventListener("pointercancel", () => {
    from = null;
    stop(sheet.dataset.sheet);
  });
  grip.addEventListener("click", () => {
    if (moved) return;
    stop(STOPS[(STOPS.indexOf(sheet.dataset.sheet) + 1) % STOPS.length]);
  });

  function settle(share) {
    stop(share < 0.25 ? "peek" : share < 0.62 ? "half" : "full");
  }

  function stop(name) {
    delete sheet.dataset.dragged;
    sheet.style.height = "";
    sheet.dataset.sheet = name;
    grip.setAttribute("aria-expanded", String(name !== "peek"));
  }
}
