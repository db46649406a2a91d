// Sets light or dark before the first paint: what the reader chose here, else what the system says.
const asked = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage may be shut off; then the system decides
  }
}

function apply() {
  const theme = chosen() ?? (asked.matches ? "dark" : "light");
  document.documentElement.dataset.bsTheme = theme;
}

apply();
asked.addEventListener("change", () => {
  apply();
  document.dispatchEvent(new CustomEvent("theme-changed"));
});
