// The queue of corrections by keyboard: a key presses the button that carries it, j and k walk.
const SEARCHED = ["INPUT", "TEXTAREA", "SELECT"];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && SEARCHED.includes(event.target.tagName)) {
    event.target.blur();
    return;
  }
  if (SEARCHED.includes(event.target.tagName)) {
    // Enter in a search takes the first that was found, never a reason half written.
    if (event.key === "Enter" && event.target.dataset.focus) {
      event.preventDefault();
      event.target.closest("form").querySelector("[aria-live] button")?.click();
    }
    if (event.key === "Enter" && event.target.name === "reason") event.preventDefault();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
    return;
  }
  const field = document.querySelector(`[data-focus="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    return;
  }
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

function walk(by) {
  const items = [...document.querySelectorAll("[data-item]")];
  const at = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
  if (next && items.indexOf(next) !== at) next.click();
}

// What is sent once is not sent again by a second press.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const undo = document.querySelector("[data-undo]");
if (undo) setTimeout(() => undo.remove(), Number(undo.dataset.undo) * 1000);
