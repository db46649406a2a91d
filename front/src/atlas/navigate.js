// The address bar holds the view: choices change it, back and forward restore it.

/** Calls `changed` after the parts of the page that depend on the view have been replaced. */
export function navigation(changed) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    for (const open of document.querySelectorAll("details.picker[open]")) open.open = false;
    go(new URL(link.href));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("#controls");
    if (!form || event.target.type === "search") return;
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) {
      if (name !== "q" && value !== usual[name]) url.searchParams.set(name, value);
    }
    go(url);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "controls") event.preventDefault();
  });
  window.addEventListener("popstate", () => load(new URL(location.href)));

  /** Goes to a view: pushes the address, fetches the parts, tells the map. */
  async function go(url) {
    const at = new URL(location.href).searchParams.get("at");
    if (at && !url.searchParams.has("at")) url.searchParams.set("at", at);
    history.pushState(null, "", readable(url));
    await load(url);
  }

  async function load(url) {
    await window.htmx.ajax("GET", `${url.pathname}${url.search}`, { target: "#announced", swap: "none" });
    for (const link of document.querySelectorAll("[data-language-link]")) {
      const there = new URL(link.href);
      there.search = url.search;
      link.href = there.href;
    }
    const heading = document.querySelector("#title h1").textContent.trim();
    document.title = `${heading} · ${document.title.split(" · ").slice(1).join(" · ")}`;
    document.querySelector("#announced").textContent = document.querySelector("#title").textContent.replace(/\s+/g, " ").trim();
    document.querySelector("#card-title")?.focus({ preventScroll: true });
    changed();
  }
  return { go, load };
}

const usual = { level: "county", measure: "lq", counted: "n", sort: "rank" };

/** Writes the map's place into the address without a step in the history. */
export function rememberPosition(map) {
  const { lng, lat } = map.getCenter();
  const url = new URL(location.href);
  url.searchParams.set("at", `${map.getZoom().toFixed(2)}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
  history.replaceState(null, "", readable(url));
  for (const link of document.querySelectorAll("[data-language-link]")) {
    const there = new URL(link.href);
    there.search = url.search;
    link.href = there.href;
  }
}

function readable(url) {
  return url.href.replaceAll("%2F", "/");
}
