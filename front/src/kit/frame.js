// The frame of every page: htmx, the quick search, light and dark, lists that send themselves.
import htmx from "htmx.org";

htmx.config.includeIndicatorStyles = false; // the policy forbids inline styles
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
window.htmx = htmx;

document.documentElement.dataset.script = "on";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const search = document.querySelector("#quick-search");
  if (event.key === "/" && !typing && search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape" && event.target === search) closeSuggestions();
  if (event.key === "Escape") closeDetails(event.target);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") moveInList(event);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest(".quick-search")) closeSuggestions();
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  for (const open of document.querySelectorAll("details[data-closes][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-sends-itself]");
  if (form) form.requestSubmit();
});

function closeSuggestions() {
  document.querySelector("#suggestions")?.replaceChildren();
}

/** Escape closes the menu that holds the focus, and gives the focus back to what opened it. */
function closeDetails(within) {
  const open = within.closest?.("details[data-closes][open]");
  if (!open) return;
  open.open = false;
  open.querySelector(":scope > summary").focus();
}

/** Arrow keys walk from the field into its list of links and through it. */
function moveInList(event) {
  const box = event.target.closest("[data-arrow-list]");
  if (!box) return;
  const links = [...box.querySelectorAll("a[href]")].filter((link) => link.offsetParent !== null);
  if (links.length === 0) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? Math.min(at + 1, links.length - 1) : at - 1;
  if (next < 0) box.querySelector("input")?.focus();
  else links[next].focus();
}

function switchTheme() {
  const root = document.documentElement;
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // without storage the choice lasts until the next page
  }
  document.dispatchEvent(new CustomEvent("theme-changed"));
}
